import type { Endpoint } from '../api-call.ts';

export const getSellerShops: Endpoint = {
  method: 'GET',
  path: '/seller/{version}/shops',
  versions: ['202309'],
  scope: 'seller.shop.info',
  isShopScoped: false,
  isListed: true,
  parameters: [],
  handle: ({ shops }) => ({
    value: { shops: shops.map(({ facts }) => ({ id: facts.id, region: facts.region })) },
  }),
};
