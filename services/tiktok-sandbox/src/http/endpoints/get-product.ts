import { badParameter } from '../../domain/fault-table.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { productDetailValue } from '../product-value.ts';

export const getProduct: Endpoint = {
  method: 'GET',
  path: '/product/{version}/products/{product_id}',
  versions: ['202309'],
  scope: 'seller.product.basic',
  isShopScoped: true,
  isListed: true,
  parameters: ['return_under_review_version', 'return_draft_version', 'locale'],
  handle: (call) => {
    const shop = shopOf(call);
    const product = shop.book(call.now).productById.get(call.ids['product_id'] ?? '');
    if (product === undefined || product.createTime > call.now) {
      throw badParameter('product_id', 'no such product', 'a product of this shop');
    }
    return { value: productDetailValue(shop, product, call.now) };
  },
};
