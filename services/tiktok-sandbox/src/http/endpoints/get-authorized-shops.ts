import type { Endpoint } from '../api-call.ts';

export const getAuthorizedShops: Endpoint = {
  method: 'GET',
  path: '/authorization/{version}/shops',
  versions: ['202309'],
  scope: 'seller.authorization.info',
  isShopScoped: false,
  isListed: true,
  parameters: [],
  handle: ({ shops }) => ({
    value: {
      shops: shops.map(({ facts }) => ({
        cipher: facts.cipher,
        code: facts.code,
        id: facts.id,
        name: facts.name,
        region: facts.region,
        seller_type: 'LOCAL',
      })),
    },
  }),
};
