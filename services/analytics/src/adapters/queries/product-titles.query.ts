import { shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/** Titles of the named products, as far as they have been read. */
export const productTitles = defineQuery({
  name: 'product-titles',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: z.iso.date(),
    productIds: z.array(z.string()),
  }),
  row: z.object({ product_id: z.string(), title: z.string() }),
  sql: `
    SELECT product_id, title
    FROM products FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND product_id IN {productIds:Array(String)}
      AND seen_date >= {cutoff:Date}
    ${READ_SETTINGS}`,
  mapRow: ({ product_id, title }) => ({ productId: product_id, title }),
});
