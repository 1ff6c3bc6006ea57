import { createKnowledge } from './knowledge.ts';
import { freshnessOf } from './reply-meta.ts';
import { openShop } from './shop-access.ts';
import type { ShopAccessDeps } from './shop-access.ts';

export async function readFreshness(
  deps: ShopAccessDeps,
  merchantId: string,
  request: { readonly shop: string },
) {
  const shop = openShop(deps, merchantId, request.shop);
  const known = await deps.known(shop.shopKey, shop.epoch);
  const nowS = Math.floor(deps.now().getTime() / 1000);
  return { items: freshnessOf(createKnowledge(known, nowS)) };
}
