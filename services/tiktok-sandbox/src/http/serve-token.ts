import type { Request, Response } from 'express';
import { badParameter, TiktokFault } from '../domain/fault-table.ts';
import type { FaultOrder } from '../domain/faults.ts';
import type { TokenPair } from '../domain/grants.ts';
import { isSameText } from '../domain/signing.ts';
import { faultAnswer, requestIdOf, successAnswer, toFault, type Answer } from './envelope.ts';
import { throwOrdered } from './gate.ts';
import type { ApiDeps } from './serve-api.ts';
import { sendStruck } from './strike.ts';

export type TokenPath = '/api/v2/token/get' | '/api/v2/token/refresh';

/** Token endpoints: no signature, the secret itself in the query, always HTTP 200. */
export function serveToken(
  deps: ApiDeps,
  path: TokenPath,
): (request: Request, response: Response) => Promise<void> {
  return async (request, response) => {
    const requestId = requestIdOf(deps.nowMs(), deps.random);
    const faults = deps.faults.strike({ method: request.method, path });
    const query = new Map(new URLSearchParams(request.originalUrl.split('?')[1] ?? ''));
    const answer = await issue(deps, path, { query, faults })
      .then((pair) => successAnswer(requestId, JSON.stringify(tokenData(pair)), 'success'))
      .catch((error: unknown) => refusal(deps, requestId, error));
    // Nobody may hold a token that a crash of the sandbox would forget.
    await deps.handle.flush();
    const status = await sendStruck(response, answer, faults);
    deps.calls.add({
      at: new Date(deps.nowMs()).toISOString(),
      method: request.method,
      path,
      // All that these are asked with is secret.
      target: path,
      body: undefined,
      shop: null,
      scope: null,
      code: answer.code,
      status,
      requestId,
      isViolation: false,
      undocumented: [],
    });
  };
}

/** This host says 200 and puts the refusal into the body; only injected faults have statuses. */
function refusal(deps: ApiDeps, requestId: string, error: unknown): Answer {
  if (!(error instanceof TiktokFault)) {
    deps.log.error({ err: error }, 'a token call failed inside the sandbox');
  }
  const { reply, retryAfterS } = toFault(error);
  const status = reply.code === BAD_PARAMETER ? 200 : reply.status;
  return faultAnswer(
    requestId,
    { ...reply, status },
    { always200: deps.handle.state.modes.status === 'always-200', details: false, retryAfterS },
  );
}

const BAD_PARAMETER = 98001004;

interface TokenCall {
  readonly query: ReadonlyMap<string, string>;
  readonly faults: readonly FaultOrder[];
}

async function issue(
  deps: ApiDeps,
  path: TokenPath,
  { query, faults }: TokenCall,
): Promise<TokenPair> {
  throwOrdered(faults);
  const expect = (name: string, wanted: string): void => {
    if (!isSameText(query.get(name) ?? '', wanted)) {
      throw badParameter(name, 'not valid', `the ${name} of this app`);
    }
  };
  expect('app_key', deps.appKey);
  expect('app_secret', deps.appSecret);
  const isGet = path === '/api/v2/token/get';
  const grantType = isGet ? 'authorized_code' : 'refresh_token';
  if (query.get('grant_type') !== grantType) {
    throw badParameter('grant_type', 'not supported', grantType);
  }
  const name = isGet ? 'auth_code' : 'refresh_token';
  const given = query.get(name) ?? '';
  if (given === '') {
    throw badParameter(name, 'missing', 'a value');
  }
  return Promise.resolve(isGet ? deps.grants.redeem(given) : deps.grants.refresh(given));
}

function tokenData(pair: TokenPair): Record<string, unknown> {
  const { grant, seller } = pair;
  return {
    access_token: pair.accessToken,
    access_token_expire_in: pair.accessExpiresAt,
    refresh_token: grant.refresh.token,
    refresh_token_expire_in: grant.refresh.expiresAt,
    open_id: seller.openId,
    seller_name: 'Piicanary Seller',
    seller_base_region: seller.baseRegion,
    user_type: 0,
    granted_scopes: grant.scopes,
  };
}
