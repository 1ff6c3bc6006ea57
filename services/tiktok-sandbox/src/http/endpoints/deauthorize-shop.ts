import { shopOf, type Endpoint } from '../api-call.ts';
import type { Shop } from '../../domain/shop.ts';

/** The one call that ends something: the authorization, not the shop's data. */
export function deauthorizeShop(deauthorize: (shop: Shop) => unknown): Endpoint {
  return {
    method: 'DELETE',
    path: '/authorization/{version}/shops',
    versions: ['202403'],
    scope: 'seller.authorization.info',
    isShopScoped: true,
    isListed: true,
    parameters: [],
    handle: (call) => {
      deauthorize(shopOf(call));
      return { value: {} };
    },
  };
}
