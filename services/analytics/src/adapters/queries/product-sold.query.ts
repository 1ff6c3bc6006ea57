import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/** One row where a unit of the product was ever sold, or given, within retention; else none. */
export const productSold = defineQuery({
  name: 'product-sold',
  params: z.strictObject({ shopKey, epoch: z.int(), cutoff: localDate, productId: z.string() }),
  row: z.object({ product_id: z.string() }),
  sql: `
    SELECT product_id
    FROM product_daily FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND local_date >= {cutoff:Date} AND product_id = {productId:String}
      AND units + cancelled_units + gift_units > 0
    LIMIT 1
    ${READ_SETTINGS}`,
  mapRow: ({ product_id }) => product_id,
});
