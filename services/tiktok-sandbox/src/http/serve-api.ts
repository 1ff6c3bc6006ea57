import type { Request, Response } from 'express';
import type { Logger } from '@tokometrics/kit';
import type { CallLog } from '../domain/call-log.ts';
import type { FaultOrder, FaultPlan } from '../domain/faults.ts';
import { TiktokFault } from '../domain/fault-table.ts';
import type { StateHandle } from '../domain/sandbox-state.ts';
import { unknownFieldsOf, withUnknown } from '../domain/unknown-fields.ts';
import type { ApiCall, Endpoint } from './api-call.ts';
import { faultAnswer, requestIdOf, successAnswer, toFault, type Answer } from './envelope.ts';
import { passGate, type GateDeps, type RawCall } from './gate.ts';
import { matchPath, type PathMatch } from './match-path.ts';
import { sendStruck } from './strike.ts';

export interface ApiDeps extends GateDeps {
  readonly endpoints: readonly Endpoint[];
  readonly handle: StateHandle;
  readonly faults: FaultPlan;
  readonly calls: CallLog;
  readonly random: (bytes: number) => Buffer;
  readonly nowMs: () => number;
  readonly log: Logger;
}

interface Noted {
  path: string;
  shop: string | null;
  undocumented: string[];
  faults: readonly FaultOrder[];
  match: PathMatch | undefined;
}

export function serveApi(deps: ApiDeps): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const requestId = requestIdOf(deps.nowMs(), deps.random);
    const call = readRaw(request);
    const noted: Noted = {
      path: call.path,
      shop: null,
      undocumented: [],
      faults: [],
      match: undefined,
    };
    const answer = await answerCall(deps, call, noted, requestId).catch((error: unknown) => {
      if (!(error instanceof TiktokFault)) {
        deps.log.error({ err: error, path: noted.path }, 'a call failed inside the sandbox');
      }
      const fault = toFault(error);
      return faultAnswer(requestId, fault.reply, {
        always200: deps.handle.state.modes.status === 'always-200',
        details: true,
        retryAfterS: fault.retryAfterS,
      });
    });
    const status = await sendStruck(response, answer, noted.faults);
    deps.calls.add({
      at: new Date(deps.nowMs()).toISOString(),
      method: call.method,
      path: noted.path,
      target: targetOf(call),
      body: call.body.length > LONGEST_LOGGED ? undefined : call.body.toString('utf8'),
      shop: noted.shop,
      scope: noted.match?.endpoint.scope ?? null,
      code: answer.code,
      status,
      requestId,
      isViolation: noted.match?.endpoint.isListed !== true,
      undocumented: noted.undocumented,
    });
  };
}

async function answerCall(
  deps: ApiDeps,
  raw: RawCall,
  noted: Noted,
  requestId: string,
): Promise<Answer> {
  const match = matchPath(deps.endpoints, raw.method, raw.path);
  noted.match = match;
  noted.path = match.path;
  noted.faults = deps.faults.strike({
    method: raw.method,
    path: match.path,
    pageSize: raw.query.find(([name]) => name === 'page_size')?.[1],
  });
  const passed = passGate(deps, raw, match.endpoint, noted.faults);
  noted.shop = passed.shop?.facts.id ?? null;
  noted.undocumented = undocumentedOf(match.endpoint, passed.query, passed.body);

  const { modes } = deps.handle.state;
  const unknownField = unknownFieldsOf(requestId, modes.unknownFields);
  const apiCall: ApiCall = {
    ...passed,
    now: deps.now(),
    path: match.path,
    ids: match.ids,
    unknownField,
    pageKey: deps.appSecret,
    paging: { last: modes.lastPageToken, fault: pagingFault(noted.faults), nonce: deps.nowMs() },
  };
  const data = await match.endpoint.handle(apiCall);
  const text =
    'text' in data ? data.text : JSON.stringify(withUnknown(data.value, unknownField, 0));
  return successAnswer(requestId, text, 'Success');
}

function pagingFault(faults: readonly FaultOrder[]): 'endless' | 'repeated' | undefined {
  if (faults.some(({ kind }) => kind === 'repeated_page_token')) {
    return 'repeated';
  }
  return faults.some(({ kind }) => kind === 'endless_page_token') ? 'endless' : undefined;
}

const COMMON = new Set(['app_key', 'timestamp', 'sign', 'access_token', 'shop_cipher']);

const LONGEST_LOGGED = 8_192;

/** What the same question would be, asked by somebody else at another time. */
function targetOf({ path, query }: RawCall): string {
  const own = new URLSearchParams();
  for (const [name, value] of query.filter(([key]) => !COMMON.has(key))) {
    own.append(name, value);
  }
  return own.size === 0 ? path : `${path}?${own.toString()}`;
}

function undocumentedOf(
  endpoint: Endpoint,
  query: ReadonlyMap<string, string>,
  body: Readonly<Record<string, unknown>>,
): string[] {
  return [...query.keys(), ...Object.keys(body)].filter(
    (name) => !COMMON.has(name) && !endpoint.parameters.includes(name),
  );
}

function readRaw(request: Request): RawCall {
  const [path = '', ...rest] = request.originalUrl.split('?');
  const body: unknown = request.body;
  const token = request.headers['x-tts-access-token'];
  return {
    method: request.method,
    path,
    query: [...new URLSearchParams(rest.join('?'))],
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    token: typeof token === 'string' ? token : undefined,
    contentType: request.headers['content-type'],
    isTooLarge: body === TOO_LARGE,
  };
}

/** Stands in the place of a body that was too long to read. */
export const TOO_LARGE = Symbol('body too large');
