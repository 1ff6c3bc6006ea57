import { currency, decimal, localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/**
 * What each SKU of a product cost on each day of which a price was read: by SKU, then by day. The key is
 * led by the SKU: without the skip index all prices of the shop would be read.
 */
export const skuPrices = defineQuery({
  name: 'sku-prices',
  params: z.strictObject({ shopKey, epoch: z.int(), cutoff: localDate, productId: z.string() }),
  row: z.object({ sku_id: z.string(), day: localDate, cost: decimal, currency }),
  sql: `
    SELECT sku_id, toString(price_date) AS day, toString(price) AS cost,
      toString(currency) AS currency
    FROM sku_prices FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND product_id = {productId:String}
      AND price_date >= {cutoff:Date}
    ORDER BY sku_id, price_date
    ${READ_SETTINGS}, use_skip_indexes_if_final = 1`,
  mapRow: (row) => ({
    skuId: row.sku_id,
    day: row.day,
    price: row.cost,
    currency: row.currency,
  }),
});
