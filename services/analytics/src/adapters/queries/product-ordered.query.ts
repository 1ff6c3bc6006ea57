import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/**
 * One row where an order within retention has a line of the product; else none. Reads the lines of all
 * orders of the shop: for products that have left no trace in a listing or a rollup.
 */
export const productOrdered = defineQuery({
  name: 'product-ordered',
  params: z.strictObject({ shopKey, epoch: z.int(), cutoff: localDate, productId: z.string() }),
  row: z.object({ order_id: z.string() }),
  sql: `
    SELECT order_id
    FROM orders FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND local_date >= {cutoff:Date} AND has(lines.product_id, {productId:String})
    LIMIT 1
    ${READ_SETTINGS}`,
  mapRow: ({ order_id }) => order_id,
});
