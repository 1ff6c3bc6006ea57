import { currency, localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

const sku = z.tuple([z.string(), z.string(), z.string(), z.string(), currency]);

/** One product as it was read last, its SKUs in the order of the source; no row where it is unknown. */
export const productListing = defineQuery({
  name: 'product-listing',
  params: z.strictObject({ shopKey, epoch: z.int(), cutoff: localDate, productId: z.string() }),
  row: z.object({ title: z.string(), status: z.string(), seen: localDate, listed: z.array(sku) }),
  sql: `
    SELECT title, status, toString(seen_date) AS seen,
      arrayMap((id, own, state, cost, money) -> (id, own, toString(state), toString(cost),
          toString(money)),
        skus.sku_id, skus.seller_sku, skus.status, skus.price, skus.currency) AS listed
    FROM products FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND product_id = {productId:String}
      AND seen_date >= {cutoff:Date}
    ${READ_SETTINGS}`,
  mapRow: ({ title, status, seen, listed }) => ({
    title,
    status,
    seenDate: seen,
    skus: listed.map(([skuId, sellerSku, state, price, money]) => ({
      ...{ skuId, sellerSku, status: state, price, currency: money },
    })),
  }),
});
