import type { Route } from '@tokometrics/kit';
import type { BeginDeps, FinishDeps } from '../domain/connect-shop.ts';
import { getCallback } from './get-callback.ts';
import { getConnect } from './get-connect.ts';
import type { GetConnectDeps } from './get-connect.ts';
import { getShop, getShops, getShopSync } from './get-shops.ts';
import type { GetShopsDeps } from './get-shops.ts';
import { postConnect } from './post-connect.ts';
import { postTiktokWebhook } from './post-tiktok-webhook.ts';
import type { WebhookDeps } from './post-tiktok-webhook.ts';

export interface RouteDeps {
  readonly begin: BeginDeps;
  readonly finish: FinishDeps;
  readonly connect: GetConnectDeps;
  readonly shops: GetShopsDeps;
  readonly webhook: WebhookDeps;
}

/** Fixed words before parameters: the first route that fits answers. */
export function createRoutes(deps: RouteDeps): Route[] {
  return [
    postConnect(deps.begin),
    getCallback(deps.finish),
    getConnect(deps.connect),
    getShops(deps.shops),
    getShopSync(deps.shops),
    getShop(deps.shops),
    postTiktokWebhook(deps.webhook),
  ];
}
