import { z } from 'zod';
import { faultOrder } from '../domain/faults.ts';
import { DEFAULT_SCOPES, SCOPES } from '../domain/scopes.ts';
import { findShop, type ControlDeps } from './control-deps.ts';
import { describeState } from './control-state.ts';

export class ControlRefusal extends Error {
  override readonly name = 'ControlRefusal';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

interface ControlCall<B> {
  readonly body: B;
  readonly params: Readonly<Record<string, string | string[]>>;
  readonly query: URLSearchParams;
}

interface ControlRoute {
  readonly method: 'get' | 'post' | 'delete';
  readonly path: string;
  readonly body: z.ZodType | undefined;
  handle(deps: ControlDeps, call: ControlCall<unknown>): unknown;
}

type Reply = unknown;

/** Binds a body schema to the handler that gets its output. */
function post<S extends z.ZodType>(
  path: string,
  body: S,
  handle: (deps: ControlDeps, call: ControlCall<z.output<S>>) => Reply,
): ControlRoute {
  return {
    method: 'post',
    path,
    body,
    handle: (deps, call) => handle(deps, { ...call, body: body.parse(call.body) }),
  };
}

function get(
  path: string,
  handle: (deps: ControlDeps, call: ControlCall<unknown>) => Reply,
): ControlRoute {
  return { method: 'get', path, body: undefined, handle };
}

const clockBody = z
  .strictObject({
    advance_s: z
      .number()
      .min(0)
      .max(5 * 366 * 86_400)
      .optional(),
    rate: z.number().min(0).max(100_000).optional(),
    stop: z.boolean().optional(),
    set: z.iso.datetime().optional(),
  })
  .refine((body) => Object.keys(body).length > 0);

const modesBody = z.strictObject({
  status: z.enum(['documented', 'always-200']).optional(),
  last_page_token: z.enum(['empty', 'absent']).optional(),
  unknown_fields: z.boolean().optional(),
  refresh_expiry: z.enum(['year', 'never']).optional(),
  rate_limit_rps: z.number().min(0).optional(),
  rate_limit_burst: z.number().min(1).optional(),
});

const grantBody = z.strictObject({
  seller: z.enum(['retail', 'synthetic']),
  scopes: z.array(z.enum(SCOPES)).default([...DEFAULT_SCOPES]),
});

export const CONTROL_ROUTES: readonly ControlRoute[] = [
  get('/control/state', (deps) => describeState(deps)),
  post('/control/clock', clockBody, (deps, { body }) => {
    const { clock } = deps;
    if (body.set !== undefined && !clock.set(Date.parse(body.set))) {
      throw new ControlRefusal(409, 'the clock only moves forward');
    }
    if (body.advance_s !== undefined) {
      clock.advance(body.advance_s);
    }
    const rate = body.stop === true ? 0 : body.stop === false ? (body.rate ?? 1) : body.rate;
    if (rate !== undefined) {
      clock.setRate(rate);
    }
    return { now: new Date(clock.nowMs()).toISOString(), rate: clock.rate() };
  }),
  post('/control/grants', grantBody, async (deps, { body }) => {
    const code = deps.grants.issueCode(body.seller, body.scopes);
    await deps.handle.flush();
    return { code };
  }),
  post('/control/modes', modesBody, (deps, { body }) => {
    const { modes } = deps.handle.state;
    modes.status = body.status ?? modes.status;
    modes.lastPageToken = body.last_page_token ?? modes.lastPageToken;
    modes.unknownFields = body.unknown_fields ?? modes.unknownFields;
    modes.refreshExpiry = body.refresh_expiry ?? modes.refreshExpiry;
    modes.rateLimitRps = body.rate_limit_rps ?? modes.rateLimitRps;
    modes.rateLimitBurst = body.rate_limit_burst ?? modes.rateLimitBurst;
    deps.handle.save();
    return modes;
  }),
  post('/control/faults', faultOrder, (deps, { body }) => deps.faults.add(body)),
  get('/control/faults', (deps) => ({ faults: deps.faults.list() })),
  {
    method: 'delete',
    path: '/control/faults',
    body: undefined,
    handle: (deps) => {
      deps.faults.clear();
      return { faults: [] };
    },
  },
  get('/control/calls', ({ calls }, { query }) => {
    const after = Number(query.get('after') ?? 0);
    const limit = Number(query.get('limit') ?? 1_000);
    return {
      ...calls.counters(),
      calls: query.has('violations') ? calls.violations() : calls.list(after, limit),
    };
  }),
  {
    method: 'delete',
    path: '/control/calls',
    body: undefined,
    handle: ({ calls }) => {
      calls.clear();
      return calls.counters();
    },
  },
  post('/control/reset', z.strictObject({}), async (deps) => {
    deps.handle.replace(deps.freshState());
    deps.world.seed();
    deps.faults.clear();
    deps.calls.clear();
    await deps.handle.flush();
    return describeState(deps);
  }),
];

export function requireShop(
  deps: ControlDeps,
  name: unknown,
): NonNullable<ReturnType<typeof findShop>> {
  const shop = typeof name === 'string' ? findShop(deps.world, name) : undefined;
  if (shop === undefined) {
    throw new ControlRefusal(404, 'no such shop');
  }
  return shop;
}
