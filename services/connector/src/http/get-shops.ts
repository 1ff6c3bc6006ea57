import { shop, shopKey, shopList, syncStatus } from '@tokometrics/contracts';
import type { ShopKey } from '@tokometrics/contracts';
import { AppError, defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { describeShop, describeSync } from '../domain/describe-sync.ts';
import type { SyncView } from '../domain/describe-sync.ts';

export interface GetShopsDeps {
  /** Connections of this merchant, newest epoch of each shop. */
  readonly viewsOf: (merchantId: string) => Promise<readonly SyncView[]>;
}

const params = z.strictObject({ shopKey });
const auth = { roles: ['owner'] } as const;
const audit = noAudit('read of own data');
const errors = ['resource.not_found', 'upstream.unavailable'] as const;

export function getShops(deps: GetShopsDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/shops',
    summary: 'Connected shops with the progress of each',
    response: { status: 200, schema: shopList },
    errors: ['upstream.unavailable'],
    auth,
    audit,
    handle: async ({ passport }) => {
      const views = await deps.viewsOf(passport.merchantId);
      const items = views.map((view) => describeShop(shopKey.parse(view.connection.shopKey), view));
      return { items, nextCursor: null };
    },
  });
}

export function getShop(deps: GetShopsDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/shops/:shopKey',
    summary: 'One connected shop',
    params,
    response: { status: 200, schema: shop },
    errors,
    auth,
    audit,
    handle: async ({ params: { shopKey: key }, passport }) =>
      describeShop(key, await findView(deps, passport.merchantId, key)),
  });
}

export function getShopSync(deps: GetShopsDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/shops/:shopKey/sync',
    summary: 'How far each resource of a shop has been read',
    params,
    response: { status: 200, schema: syncStatus },
    errors,
    auth,
    audit,
    handle: async ({ params: { shopKey: key }, passport }) =>
      describeSync(key, await findView(deps, passport.merchantId, key)),
  });
}

/** A foreign shop looks exactly like one that never was. */
async function findView(deps: GetShopsDeps, merchantId: string, key: ShopKey): Promise<SyncView> {
  const views = await deps.viewsOf(merchantId);
  const view = views.find(({ connection }) => connection.shopKey === key);
  if (view === undefined) {
    throw new AppError('resource.not_found', 'no such shop');
  }
  return view;
}
