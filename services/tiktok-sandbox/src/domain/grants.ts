import { isSameText } from './signing.ts';
import { TiktokFault } from './fault-table.ts';
import type { Scope } from './scopes.ts';
import { centreOf, SELLERS, type Seller } from './seller.ts';
import type { GrantState, StateHandle } from './sandbox-state.ts';
import type { SellerKey, Shop, ShopKey } from './shop.ts';
import { DAY_S } from './zone-time.ts';

const CODE_TTL_S = 30 * 60;
const ACCESS_TTL_S = 7 * DAY_S;
const REFRESH_TTL_S = 365 * DAY_S;
/** 2125-01-01: what some real grants carry as "never". */
const NEVER = 4_891_363_200;
const TOKEN_BYTES = 102; // 136 characters of base64url
const CODE_BYTES = 48;

export interface GrantDeps {
  readonly handle: StateHandle;
  readonly shops: () => ReadonlyMap<ShopKey, Shop>;
  readonly now: () => number;
  readonly random: (bytes: number) => Buffer;
}

export interface TokenPair {
  readonly grant: GrantState;
  readonly seller: Seller;
  readonly accessToken: string;
  readonly accessExpiresAt: number;
}

export interface Grants {
  issueCode(seller: SellerKey, scopes: readonly Scope[]): string;
  redeem(code: string): TokenPair;
  refresh(token: string): TokenPair;
  /** The grant of a token that is neither unknown nor expired; throws TikTok's answer otherwise. */
  authenticate(token: string): GrantState;
  expireAccessToken(token: string): void;
  shopsOf(grant: GrantState): Shop[];
  /** Takes the shop out of every grant; true if it was in one. */
  revoke(shop: Shop): boolean;
}

export function createGrants(deps: GrantDeps): Grants {
  const { handle, now } = deps;
  const shopsOf = (grant: GrantState): Shop[] =>
    SELLERS[grant.seller].shops.flatMap((key) => {
      const shop = deps.shops().get(key);
      return shop === undefined || grant.revokedShops.includes(shop.facts.id) ? [] : [shop];
    });
  return {
    shopsOf,
    issueCode: (seller, scopes) => issueCode(deps, seller, scopes),
    redeem: (text) => redeem(deps, text),
    refresh: (text) => {
      const grant = handle.state.grants.find(({ refresh }) => isSameText(refresh.token, text));
      if (grant === undefined || shopsOf(grant).length === 0) {
        throw new TiktokFault('unknownRefresh');
      }
      if (grant.refresh.expiresAt <= now()) {
        throw new TiktokFault('expiredRefresh');
      }
      return renew(deps, grant);
    },
    authenticate: (text) => {
      for (const grant of handle.state.grants) {
        const known = grant.accessTokens.find((access) => isSameText(access.token, text));
        if (known !== undefined && shopsOf(grant).length > 0) {
          if (known.expiresAt <= now()) {
            throw new TiktokFault('expiredToken');
          }
          return grant;
        }
      }
      throw new TiktokFault('badToken');
    },
    expireAccessToken: (text) => {
      for (const access of handle.state.grants.flatMap((grant) => grant.accessTokens)) {
        if (access.token === text) {
          access.expiresAt = Math.min(access.expiresAt, now());
        }
      }
      handle.save();
    },
    revoke: (shop) => {
      const holding = handle.state.grants.filter((grant) => shopsOf(grant).includes(shop));
      for (const grant of holding) {
        grant.revokedShops.push(shop.facts.id);
      }
      handle.save();
      return holding.length > 0;
    },
  };
}

function issueCode(deps: GrantDeps, seller: SellerKey, scopes: readonly Scope[]): string {
  const { state } = deps.handle;
  const code = newToken(deps, SELLERS[seller].baseRegion, CODE_BYTES);
  const at = deps.now();
  const live = state.codes.filter(({ expiresAt }) => expiresAt > at);
  state.codes = [...live, { code, seller, scopes: [...scopes], expiresAt: at + CODE_TTL_S }];
  deps.handle.save();
  return code;
}

function redeem(deps: GrantDeps, text: string): TokenPair {
  const { state } = deps.handle;
  const found = state.codes.find(({ code }) => isSameText(code, text));
  if (found === undefined || found.expiresAt <= deps.now()) {
    throw new TiktokFault('badAuthCode');
  }
  state.codes = state.codes.filter((other) => other !== found);
  const grant: GrantState = {
    id: deps.random(9).toString('hex'),
    seller: found.seller,
    scopes: found.scopes,
    grantedAt: deps.now(),
    revokedShops: [],
    accessTokens: [],
    refresh: { token: '', expiresAt: 0 },
  };
  state.grants.push(grant);
  return renew(deps, grant);
}

/** The old access token lives on until its own end; dead ones are of no use to anybody. */
function renew(deps: GrantDeps, grant: GrantState): TokenPair {
  const seller = SELLERS[grant.seller];
  const at = deps.now();
  const access = {
    token: newToken(deps, seller.baseRegion, TOKEN_BYTES),
    expiresAt: at + ACCESS_TTL_S,
  };
  const isNever = deps.handle.state.modes.refreshExpiry === 'never';
  grant.accessTokens = [...grant.accessTokens.filter((t) => t.expiresAt > at - DAY_S), access];
  grant.refresh = {
    token: newToken(deps, seller.baseRegion, TOKEN_BYTES),
    expiresAt: isNever ? NEVER : at + REFRESH_TTL_S,
  };
  deps.handle.save();
  return { grant, seller, accessToken: access.token, accessExpiresAt: access.expiresAt };
}

function newToken(deps: GrantDeps, region: string, bytes: number): string {
  return `${centreOf(region)}_${deps.random(bytes).toString('base64url')}`;
}
