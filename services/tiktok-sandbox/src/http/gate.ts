import { badParameter, TiktokFault } from '../domain/fault-table.ts';
import type { FaultOrder } from '../domain/faults.ts';
import type { Grants } from '../domain/grants.ts';
import type { RateVerdict } from '../domain/rate-limiter.ts';
import type { GrantState } from '../domain/sandbox-state.ts';
import type { Shop } from '../domain/shop.ts';
import { isSameText, signRequest } from '../domain/signing.ts';
import type { Endpoint } from './api-call.ts';

export interface GateDeps {
  readonly appKey: string;
  readonly appSecret: string;
  readonly now: () => number;
  readonly grants: Grants;
  readonly takeRate: (key: string) => RateVerdict;
}

export interface RawCall {
  readonly method: string;
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly token: string | undefined;
  readonly contentType: string | undefined;
  readonly isTooLarge: boolean;
}

export interface Passed {
  readonly grant: GrantState;
  readonly shops: readonly Shop[];
  readonly shop: Shop | undefined;
  readonly query: ReadonlyMap<string, string>;
  readonly body: Readonly<Record<string, unknown>>;
}

const LATE_S = 5 * 60;
const EARLY_S = 30;

/** The order of these steps is part of what a client sees; each throws TikTok's answer. */
export function passGate(
  deps: GateDeps,
  call: RawCall,
  endpoint: Endpoint,
  faults: readonly FaultOrder[],
): Passed {
  const query = new Map(call.query);
  checkAppKey(deps, query);
  checkTimestamp(deps.now(), query, faults);
  checkSign(deps, call, query);
  const grant = checkToken(deps, call, faults);
  const cipher = checkCipher(query, endpoint);
  const shops = deps.grants.shopsOf(grant);
  const shop = shops.find(({ facts }) => facts.cipher === cipher);
  if (cipher !== undefined && shop === undefined) {
    throw new TiktokFault('foreignCipher');
  }
  if (!grant.scopes.includes(endpoint.scope)) {
    throw new TiktokFault('scopeMissing');
  }
  throwOrdered(faults);
  checkRate(deps, `${deps.appKey} ${shop?.facts.id ?? grant.seller}`);
  return { grant, shops, shop, query, body: readParameters(call, query) };
}

function checkAppKey({ appKey }: GateDeps, query: ReadonlyMap<string, string>): void {
  const given = query.get('app_key');
  if (given === undefined || given === '') {
    throw new TiktokFault('missingAppKey');
  }
  if (given !== appKey) {
    throw new TiktokFault('badAppKey');
  }
}

function checkTimestamp(
  now: number,
  query: ReadonlyMap<string, string>,
  faults: readonly FaultOrder[],
): void {
  const text = query.get('timestamp') ?? '';
  if (!/^\d{10}$/.test(text)) {
    throw new TiktokFault('badTimestamp');
  }
  const skewS = faults.find(({ kind }) => kind === 'clock_skew')?.skew_s ?? 0;
  const ahead = Number(text) - (now + skewS);
  if (ahead > EARLY_S) {
    throw new TiktokFault('earlyTimestamp');
  }
  if (ahead < -LATE_S) {
    throw new TiktokFault('lateTimestamp');
  }
}

function checkSign(deps: GateDeps, call: RawCall, query: ReadonlyMap<string, string>): void {
  const given = query.get('sign');
  if (given === undefined || given === '') {
    throw new TiktokFault('missingSign');
  }
  const isMultipart = call.contentType?.startsWith('multipart/form-data') ?? false;
  const body = call.method === 'GET' || isMultipart ? Buffer.alloc(0) : call.body;
  if (!isSameText(given, signRequest(deps.appSecret, { ...call, body }))) {
    throw new TiktokFault('badSign');
  }
}

function checkToken(
  { grants }: GateDeps,
  { token = '' }: RawCall,
  faults: readonly FaultOrder[],
): GrantState {
  if (faults.some(({ kind }) => kind === 'expired_token')) {
    grants.expireAccessToken(token);
  }
  return grants.authenticate(token);
}

function checkCipher(query: ReadonlyMap<string, string>, endpoint: Endpoint): string | undefined {
  const cipher = query.get('shop_cipher');
  if (endpoint.isShopScoped && (cipher === undefined || cipher === '')) {
    throw new TiktokFault('missingCipher');
  }
  if (!endpoint.isShopScoped && cipher !== undefined) {
    throw new TiktokFault('unexpectedCipher');
  }
  return cipher;
}

function checkRate(deps: GateDeps, key: string): void {
  const verdict = deps.takeRate(key);
  if (verdict !== undefined) {
    const { retryAfterS } = verdict;
    throw new TiktokFault('rateLimited', retryAfterS === undefined ? {} : { retryAfterS });
  }
}

/** Faults that take the place of the answer before anything is done. */
export function throwOrdered(faults: readonly FaultOrder[]): void {
  for (const { kind, name, retry_after_s: retryAfterS } of faults) {
    if (kind === 'rate_limit') {
      throw new TiktokFault('rateLimited');
    }
    if (kind === 'rate_limit_retry_after') {
      throw new TiktokFault('rateLimited', { retryAfterS });
    }
    if (kind === 'internal' || kind === 'timeout') {
      throw new TiktokFault(kind);
    }
    if (kind === 'answer') {
      throw new TiktokFault(name);
    }
  }
}

function readParameters(
  call: RawCall,
  query: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  for (const [name, value] of query) {
    if (value === '') {
      throw badParameter(name, 'empty', 'a value or no parameter');
    }
  }
  if (query.size !== call.query.length) {
    throw badParameter('query', 'a parameter stands twice', 'each parameter once');
  }
  if (call.isTooLarge) {
    throw new TiktokFault('tooLarge');
  }
  if (call.method === 'GET' || call.body.length === 0) {
    return {};
  }
  if (!/^application\/json\b/i.test(call.contentType ?? '')) {
    throw new TiktokFault('badContentType');
  }
  const body = parseObject(call.body.toString('utf8'));
  if (body === undefined) {
    throw new TiktokFault('badFormat');
  }
  return body;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
    // eslint-disable-next-line no-restricted-syntax -- JSON.parse tells of bad JSON only by throwing
  } catch {
    return undefined;
  }
}
