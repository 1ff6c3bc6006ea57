import { badParameter } from '../../domain/fault-table.ts';
import { shopOf, type Endpoint } from '../api-call.ts';
import { bodyTexts } from '../parameters.ts';
import { inventoryValue } from '../product-value.ts';

export const searchInventory: Endpoint = {
  method: 'POST',
  path: '/product/{version}/inventory/search',
  versions: ['202309'],
  scope: 'seller.product.basic',
  isShopScoped: true,
  isListed: true,
  parameters: ['product_ids', 'sku_ids'],
  handle: (call) => {
    const shop = shopOf(call);
    const productIds = bodyTexts(call, 'product_ids', 100);
    const skuIds = bodyTexts(call, 'sku_ids', 600);
    if (skuIds === undefined && productIds === undefined) {
      throw badParameter('product_ids', 'missing', 'product_ids or sku_ids');
    }
    const { products, productById } = shop.book(call.now);
    // SKU ids win if both are given; unknown ids are left out.
    const inventory =
      skuIds === undefined
        ? [...new Set(productIds)].flatMap((id) => {
            const product = productById.get(id);
            return product === undefined || product.createTime > call.now
              ? []
              : [inventoryValue(shop, product, product.skus, call.now)];
          })
        : products.flatMap((product) => {
            const skus = product.skus.filter(({ id }) => skuIds.includes(id));
            return skus.length === 0 || product.createTime > call.now
              ? []
              : [inventoryValue(shop, product, skus, call.now)];
          });
    return { value: { inventory } };
  },
};
