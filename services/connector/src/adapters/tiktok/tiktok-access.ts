import type { Clock, Logger, Metrics, VaultKv } from '@tokometrics/kit';
import type { Config } from '../../config.ts';
import type { AuthorizedShop, GrantFacts } from '../../domain/connect-shop.ts';
import type { Authorization, ShopIdentity } from '../../domain/connection.ts';
import type { ShopSource } from '../../domain/shop-source.ts';
import { TikTokFault } from '../../domain/tiktok-fault.ts';
import { pause } from '../pause.ts';
import { createVaultTokens } from '../vault-tokens.ts';
import type { Tokens } from '../vault-tokens.ts';
import { listAuthorizedShops } from './authorized-shops.ts';
import { parseVersions } from './calls.ts';
import { createLanes } from './lanes.ts';
import { createShopSource } from './shop-source.ts';
import { createTikTokClient } from './tiktok-client.ts';
import type { Credentials } from './tiktok-client.ts';
import { createTokenEndpoint } from './token-endpoint.ts';
import { createTransport, tiktokHost } from './transport.ts';

type TikTokConfig = Pick<
  Config,
  | 'TIKTOK_AUTHORIZE_URL'
  | 'TIKTOK_TOKEN_URL'
  | 'TIKTOK_API_URL'
  | 'TIKTOK_APP_KEY'
  | 'TIKTOK_APP_SECRET'
  | 'TIKTOK_SERVICE_ID'
  | 'TIKTOK_VERSIONS'
  | 'TIKTOK_TIMEOUT_MS'
  | 'TIKTOK_RATE_START'
  | 'TIKTOK_RATE_CEILING'
>;

export interface TikTokAccessOptions {
  readonly config: TikTokConfig;
  readonly kv: VaultKv;
  readonly clock: Clock;
  readonly instanceId: string;
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Whether a renewed grant is too wide to be used. */
  readonly refuses: (grant: GrantFacts) => boolean;
  readonly onRenewed: (authorization: Authorization, grant: GrantFacts) => Promise<void>;
}

/** TikTok Shop as the rest of the service sees it: no token, no address and no signature shows. */
export interface TikTokAccess {
  readonly tokens: Pick<Tokens, 'evict' | 'destroy'>;
  authorizeUrl(state: string): string;
  exchange(code: string, authorization: Authorization): Promise<GrantFacts>;
  listShops(authorization: Authorization): Promise<AuthorizedShop[]>;
  /** Whether this process reads the shop now, and so knows how TikTok calls it. */
  reads(authorization: Authorization, shopKey: string): boolean;
  /**
   * Ends our access to this one shop at TikTok Shop. With what is at hand: no token is renewed for it,
   * and nothing is opened that a fence has closed.
   */
  endGrant(authorization: Authorization, shopKey: string, signal: AbortSignal): Promise<void>;
  sourceOf(
    authorization: Authorization,
    shop: { readonly shopKey: string; readonly identity: ShopIdentity },
    nextSeq: () => Promise<number>,
  ): ShopSource;
  /** Forgets rate and faults of a shop that is gone. */
  forget(shopKey: string): void;
  close(): Promise<void>;
}

/** What speaks to TikTok Shop, and the tokens that it speaks with. */
function createParts(options: TikTokAccessOptions) {
  const { config, clock, random, metrics, log } = options;
  const { TIKTOK_APP_KEY: appKey, TIKTOK_APP_SECRET: appSecret } = config;
  const host = tiktokHost(config.TIKTOK_TOKEN_URL);
  const api = tiktokHost(config.TIKTOK_API_URL);
  const transport = createTransport({ hosts: [host, api], timeoutMs: config.TIKTOK_TIMEOUT_MS });
  const endpoint = createTokenEndpoint({
    ...{ transport, host, appKey, appSecret, clock, random },
    pause: (ms) => pause(ms),
  });
  const tokens = createVaultTokens({
    kv: options.kv,
    endpoint,
    clock,
    instanceId: options.instanceId,
    pause: (ms) => pause(ms),
    refuses: options.refuses,
    onRenewed: options.onRenewed,
  });
  const client = createTikTokClient({
    ...{ transport, api, appKey, appSecret, clock, random, pause, metrics, log },
    versions: parseVersions(config.TIKTOK_VERSIONS),
  });
  const lanes = createLanes({
    start: config.TIKTOK_RATE_START,
    ceiling: config.TIKTOK_RATE_CEILING,
    monotonicMs: () => clock.monotonicMs(),
  });
  return { transport, endpoint, tokens, client, lanes };
}

export function createTikTokAccess(options: TikTokAccessOptions): TikTokAccess {
  const { config, clock } = options;
  const authorizePage = tiktokHost(config.TIKTOK_AUTHORIZE_URL);
  const { transport, endpoint, tokens, client, lanes } = createParts(options);
  // TikTok's names of the shops at work; the sealed copies open no more once a fence has come.
  const ciphers = new Map<string, string>();
  const credentialsOf = (authorization: Authorization): Credentials => ({
    token: () => tokens.access(authorization),
    renew: (refused) => tokens.renew(authorization, refused),
  });

  return {
    tokens,
    authorizeUrl: (state) => {
      const url = new URL(authorizePage);
      url.searchParams.set('service_id', config.TIKTOK_SERVICE_ID);
      url.searchParams.set('state', state);
      return url.href;
    },
    exchange: async (code, authorization) => {
      const grant = await endpoint.exchange(code);
      await tokens.store(authorization, grant);
      return grant;
    },
    listShops: (authorization) =>
      listAuthorizedShops(client, credentialsOf(authorization), lanes.of(authorization.authKey)),
    reads: ({ authKey }, shopKey) => ciphers.has(`${shopKey}:${authKey}`),
    endGrant: async (authorization, shopKey, signal) => {
      const { authKey } = authorization;
      await client.call({
        name: 'grant.end',
        cipher: ciphers.get(`${shopKey}:${authKey}`) ?? '',
        credentials: {
          token: () => tokens.access(authorization),
          renew: () => Promise.reject(new TikTokFault('reauth', 'no token is renewed to end it')),
        },
        // Not the shop's own lane: what its work had queued there would come first.
        lane: lanes.of(authKey),
        priority: 'live',
        signal,
      });
    },
    sourceOf: (authorization, shop, nextSeq) => {
      ciphers.set(`${shop.shopKey}:${authorization.authKey}`, shop.identity.cipher);
      return createShopSource({
        client,
        cipher: shop.identity.cipher,
        credentials: credentialsOf(authorization),
        lane: lanes.of(shop.shopKey),
        nextSeq,
        nowS: () => Math.floor(clock.now().getTime() / 1000),
      });
    },
    forget: (shopKey) => {
      lanes.drop(shopKey);
      [...ciphers.keys()]
        .filter((key) => key.startsWith(`${shopKey}:`))
        .forEach((key) => {
          ciphers.delete(key);
        });
    },
    close: () => transport.close(),
  };
}
