import type { ErrorReason } from '@tokometrics/contracts';
import { isTimeZone, marketOf } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import { compareScopes } from './compare-scopes.ts';
import type { GrantedCategory } from './compare-scopes.ts';
import type { Authorization } from './connection.ts';
import { settle } from './settle.ts';

export interface ConnectAttempt {
  readonly connectId: string;
  readonly merchantId: string;
  readonly accountId: string;
  readonly sessionId: string;
  /** Under which the tokens will be kept; fixed beforehand, so that a crash leaves none unnamed. */
  readonly authKey: string;
  readonly region: string;
  readonly timezone: string;
  readonly label: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

export interface ConnectOutcome {
  readonly state: 'pending' | 'exchanging' | 'granted' | 'denied' | 'failed';
  readonly shops: readonly { shopKey: string; name: string; region: string }[];
  readonly missing: readonly string[];
  readonly reason: ErrorReason | null;
}

export interface AuthorizedShop {
  readonly id: string;
  readonly cipher: string;
  readonly name: string;
  readonly region: string;
  readonly sellerType: string;
}

export interface GrantFacts {
  readonly openId: string;
  readonly userType: number | undefined;
  readonly scopes: readonly string[];
  /** Epoch seconds. */
  readonly refreshExpiresAt: number;
}

export interface ShopToOpen {
  readonly attempt: ConnectAttempt;
  readonly shop: AuthorizedShop;
  readonly openId: string;
  readonly label: string;
  readonly timezone: string;
  readonly currency: string | null;
  readonly categories: readonly GrantedCategory[];
  readonly authorizationExpiresAt: Date;
}

export type OpenedShop =
  | { readonly kind: 'opened'; readonly shopKey: string }
  | { readonly kind: 'already_connected' }
  | { readonly kind: 'fenced' };

export interface BeginDeps {
  readonly insertState: (rawState: string, attempt: ConnectAttempt) => Promise<void>;
  readonly newState: () => string;
  readonly newId: () => string;
  readonly now: () => Date;
  readonly authorizeUrl: (rawState: string) => string;
}

export interface Owner {
  readonly merchantId: string;
  readonly accountId: string;
  readonly sessionId: string;
}

const STATE_LIFE_MS = 600_000;

/** Ten minutes, one use, this session: whoever else comes back with the state is refused. */
export async function beginConnect(
  deps: BeginDeps,
  owner: Owner,
  wish: { region: string; timezone: string; label?: string | undefined },
): Promise<{ connectId: string; authorizeUrl: string; expiresAt: Date }> {
  if (!isTimeZone(wish.timezone)) {
    throw new AppError('request.unacceptable', 'no such time zone', {
      details: { reason: 'zone.invalid' },
    });
  }
  const rawState = deps.newState();
  const createdAt = deps.now();
  const attempt: ConnectAttempt = {
    connectId: deps.newId(),
    ...owner,
    authKey: deps.newId(),
    region: wish.region,
    timezone: wish.timezone,
    label: wish.label ?? '',
    createdAt,
    expiresAt: new Date(createdAt.getTime() + STATE_LIFE_MS),
  };
  await deps.insertState(rawState, attempt);
  const { connectId, expiresAt } = attempt;
  return { connectId, expiresAt, authorizeUrl: deps.authorizeUrl(rawState) };
}

export interface FinishDeps {
  readonly consumeState: (
    rawState: string,
    sessionId: string,
    now: Date,
  ) => Promise<ConnectAttempt | undefined>;
  readonly saveOutcome: (connectId: string, outcome: ConnectOutcome) => Promise<void>;
  /** Trades the code for tokens, which stay inside: the domain never sees one. */
  readonly exchange: (code: string, authorization: Authorization) => Promise<GrantFacts>;
  readonly listShops: (authorization: Authorization) => Promise<AuthorizedShop[]>;
  readonly openShop: (shop: ShopToOpen) => Promise<OpenedShop>;
  readonly destroyTokens: (authorization: Authorization) => Promise<void>;
  readonly now: () => Date;
  readonly onFailure: (connectId: string, error: unknown) => void;
  readonly onUnknownScopes: (count: number) => void;
}

export interface CallbackQuery {
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly error?: string | undefined;
}

const FAILED: ConnectOutcome = { state: 'failed', shops: [], missing: [], reason: null };
/** Seller, and seller on behalf of others; creators and partners have no shop to read. */
const SELLERS = new Set([0, 4, 5]);

/** What the platform sent the browser back with. The answer is which attempt it ended. */
export async function finishConnect(
  deps: FinishDeps,
  sessionId: string,
  query: CallbackQuery,
): Promise<{ connectId: string }> {
  const attempt =
    query.state === undefined
      ? undefined
      : await deps.consumeState(query.state, sessionId, deps.now());
  if (attempt === undefined) {
    throw new AppError('request.invalid', 'this connection was not begun here, or is over', {
      details: { reason: 'oauth.state_invalid' },
    });
  }
  const { connectId } = attempt;
  // `code` is the word "null" on a denial, so the error is looked at first.
  if (query.error !== undefined || query.code === undefined || query.code === 'null') {
    await deps.saveOutcome(connectId, { ...FAILED, state: 'denied', reason: 'oauth.denied' });
    return { connectId };
  }
  const outcome = await settle(openGrant(deps, attempt, query.code));
  if (!outcome.ok) {
    deps.onFailure(connectId, outcome.error);
    // A grant that came to nothing leaves no token behind, whatever went wrong.
    await deps.destroyTokens(attempt);
  }
  await deps.saveOutcome(connectId, outcome.ok ? outcome.value : FAILED);
  return { connectId };
}

async function openGrant(
  deps: FinishDeps,
  attempt: ConnectAttempt,
  code: string,
): Promise<ConnectOutcome> {
  const grant = await deps.exchange(code, attempt);
  const verdict = compareScopes(grant.scopes);
  if (verdict.unknown.length > 0) {
    deps.onUnknownScopes(verdict.unknown.length);
  }
  const isSeller = grant.userType === undefined || SELLERS.has(grant.userType);
  if (verdict.missing.length > 0 || verdict.writing.length > 0 || !isSeller) {
    await deps.destroyTokens(attempt);
    return {
      ...FAILED,
      missing: verdict.missing,
      reason: verdict.missing.length > 0 ? 'shop.scope_missing' : 'oauth.denied',
    };
  }
  const opened: { shopKey: string; name: string; region: string }[] = [];
  let refusal: ErrorReason | null = null;
  for (const shop of await deps.listShops(attempt)) {
    const timezone = zoneOf(attempt, shop);
    if (timezone === undefined) {
      refusal = 'zone.needed';
      continue;
    }
    const wish = toOpen(attempt, shop, grant, { timezone, categories: verdict.categories });
    const result = await settle(deps.openShop(wish));
    if (!result.ok) {
      // One shop that fails does not undo the others of the same grant.
      deps.onFailure(attempt.connectId, result.error);
    } else if (result.value.kind === 'opened') {
      opened.push({ shopKey: result.value.shopKey, name: shop.name, region: shop.region });
    } else {
      refusal = result.value.kind === 'fenced' ? 'shop.fenced' : 'shop.already_connected';
    }
  }
  if (opened.length === 0) {
    await deps.destroyTokens(attempt);
    return { ...FAILED, reason: refusal };
  }
  const isZoneNeeded = refusal === 'zone.needed';
  return {
    state: 'granted',
    shops: opened,
    missing: [],
    reason: isZoneNeeded ? refusal : null,
  };
}

/**
 * One grant may hold shops of several countries: the zone asked for is the zone of its own region. A
 * country of several zones has no other; a guess would put every order near midnight on a wrong day.
 */
function zoneOf(attempt: ConnectAttempt, { region }: AuthorizedShop): string | undefined {
  return region === attempt.region ? attempt.timezone : (marketOf(region)?.zone ?? undefined);
}

function toOpen(
  attempt: ConnectAttempt,
  shop: AuthorizedShop,
  grant: GrantFacts,
  known: Pick<ShopToOpen, 'timezone' | 'categories'>,
): ShopToOpen {
  const isAsked = shop.region === attempt.region;
  return {
    attempt,
    shop,
    openId: grant.openId,
    ...known,
    label: isAsked && attempt.label !== '' ? attempt.label : shop.name,
    currency: marketOf(shop.region)?.currency ?? null,
    authorizationExpiresAt: new Date(grant.refreshExpiresAt * 1000),
  };
}
