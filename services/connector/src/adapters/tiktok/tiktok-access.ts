import type { Clock, Logger, Metrics, Secret, VaultKv } from '@tokometrics/kit';
import type { AuthorizedShop, GrantFacts } from '../../domain/connect-shop.ts';
import type { Authorization, ShopIdentity } from '../../domain/connection.ts';
import type { ShopSource } from '../../domain/shop-source.ts';
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

export interface TikTokAccessOptions {
  readonly authorizeUrl: string;
  readonly tokenUrl: string;
  readonly apiUrl: string;
  readonly appKey: string;
  readonly appSecret: Secret;
  readonly serviceId: string;
  readonly versions: string;
  readonly timeoutMs: number;
  readonly rateStart: number;
  readonly rateCeiling: number;
  readonly kv: VaultKv;
  readonly clock: Clock;
  readonly instanceId: string;
  readonly random: () => number;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly onRenewed: (authorization: Authorization, grant: GrantFacts) => Promise<void>;
}

/** TikTok Shop as the rest of the service sees it: no token, no address and no signature shows. */
export interface TikTokAccess {
  readonly tokens: Pick<Tokens, 'evict' | 'destroy'>;
  authorizeUrl(state: string): string;
  exchange(code: string, authorization: Authorization): Promise<GrantFacts>;
  listShops(authorization: Authorization): Promise<AuthorizedShop[]>;
  sourceOf(
    authorization: Authorization,
    shop: { readonly shopKey: string; readonly identity: ShopIdentity },
    nextSeq: () => Promise<number>,
  ): ShopSource;
  /** Forgets rate and faults of a shop that is gone. */
  forget(shopKey: string): void;
  close(): Promise<void>;
}

export function createTikTokAccess(options: TikTokAccessOptions): TikTokAccess {
  const { appKey, appSecret, clock, random, metrics, log } = options;
  const host = tiktokHost(options.tokenUrl);
  const api = tiktokHost(options.apiUrl);
  const authorizePage = tiktokHost(options.authorizeUrl);
  const transport = createTransport({ hosts: [host, api], timeoutMs: options.timeoutMs });
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
    onRenewed: options.onRenewed,
  });
  const client = createTikTokClient({
    ...{ transport, api, appKey, appSecret, clock, random, pause, metrics, log },
    versions: parseVersions(options.versions),
  });
  const lanes = createLanes({
    start: options.rateStart,
    ceiling: options.rateCeiling,
    monotonicMs: () => clock.monotonicMs(),
  });
  const credentialsOf = (authorization: Authorization): Credentials => ({
    token: () => tokens.access(authorization),
    renew: (refused) => tokens.renew(authorization, refused),
  });

  return {
    tokens,
    authorizeUrl: (state) => {
      const url = new URL(authorizePage);
      url.searchParams.set('service_id', options.serviceId);
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
    sourceOf: (authorization, shop, nextSeq) =>
      createShopSource({
        client,
        cipher: shop.identity.cipher,
        credentials: credentialsOf(authorization),
        lane: lanes.of(shop.shopKey),
        nextSeq,
        nowS: () => Math.floor(clock.now().getTime() / 1000),
      }),
    forget: (shopKey) => {
      lanes.drop(shopKey);
    },
    close: () => transport.close(),
  };
}
