import { z } from 'zod';
import { faultOrder } from '../domain/faults.ts';
import { changeOrdersFactor } from '../domain/initial-state.ts';
import { MOST_ORDERS_FACTOR } from '../domain/order-rates.ts';
import { ControlRefusal, get, post, remove, type ControlRoute } from './control-route.ts';
import { SHOP_ROUTES } from './control-shops.ts';
import { describeState } from './control-state.ts';
import { WEBHOOK_ROUTES } from './control-webhooks.ts';

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
  orders_factor: z.number().min(0).max(MOST_ORDERS_FACTOR).optional(),
});

export const CONTROL_ROUTES: readonly ControlRoute[] = [
  ...SHOP_ROUTES,
  ...WEBHOOK_ROUTES,
  get('/control/state', (deps) => describeState(deps)),
  get('/control/clock', ({ clock }) => ({
    now: new Date(clock.nowMs()).toISOString(),
    rate: clock.rate(),
  })),
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
    deps.outbox.announce();
    return { now: new Date(clock.nowMs()).toISOString(), rate: clock.rate() };
  }),
  post('/control/modes', modesBody, (deps, { body }) => {
    const { modes } = deps.handle.state;
    modes.status = body.status ?? modes.status;
    modes.lastPageToken = body.last_page_token ?? modes.lastPageToken;
    modes.unknownFields = body.unknown_fields ?? modes.unknownFields;
    modes.refreshExpiry = body.refresh_expiry ?? modes.refreshExpiry;
    modes.rateLimitRps = body.rate_limit_rps ?? modes.rateLimitRps;
    modes.rateLimitBurst = body.rate_limit_burst ?? modes.rateLimitBurst;
    if (body.orders_factor !== undefined) {
      deps.outbox.announce();
      changeOrdersFactor(deps.handle.state, body.orders_factor, deps.clock.now());
    }
    deps.handle.save();
    return modes;
  }),
  post('/control/faults', faultOrder, (deps, { body }) => deps.faults.add(body)),
  get('/control/faults', (deps) => ({ faults: deps.faults.list() })),
  remove('/control/faults', (deps) => {
    deps.faults.clear();
    return { faults: [] };
  }),
  get('/control/calls', ({ calls }, { query }) => {
    const after = Number(query.get('after') ?? 0);
    const limit = Number(query.get('limit') ?? 1_000);
    return {
      ...calls.counters(),
      calls: query.has('violations') ? calls.violations() : calls.list(after, limit),
    };
  }),
  remove('/control/calls', ({ calls }) => {
    calls.clear();
    return calls.counters();
  }),
  post('/control/reset', z.strictObject({}), async (deps) => {
    deps.handle.replace(deps.freshState());
    deps.world.seed();
    deps.faults.clear();
    deps.calls.clear();
    deps.outbox.clear();
    await deps.handle.flush();
    return describeState(deps);
  }),
];
