import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';
import { weightParams } from './movements.ts';

const row = z.object({
  product_id: z.string(),
  value: z.string(),
  n: z.string(),
  total: z.string(),
});

/** Products by a figure, then units, then id: a total order, so that pages neither repeat nor skip. */
export const productRanking = defineQuery({
  name: 'product-ranking',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: localDate,
    from: localDate,
    to: localDate,
    bySale: z.union([z.literal(0), z.literal(1)]),
    currency: z.string(),
    isFirst: z.union([z.literal(0), z.literal(1)]),
    afterValue: z.string(),
    afterUnits: z.string(),
    afterProduct: z.string(),
    limit: z.int(),
    ...weightParams,
  }),
  row,
  sql: `
    SELECT product_id, toString(figure) AS value, toString(sold) AS n, toString(all_products) AS total
    FROM (
      SELECT product_id, sold, figure, sum(figure) OVER () AS all_products
      FROM (
        SELECT product_id, sum(units) AS sold, sum(cancelled_units) AS gone,
          toDecimal128({wOrders:Int8} * sum(orders) + {wUnits:Int8} * sum(units), 4)
            + {wGross:Int8} * sum(gross_sales) + {wDiscount:Int8} * sum(seller_discount)
            + {wCancelled:Int8}
              * sum(if({bySale:UInt8} = 1, cancelled_value_by_sale, cancelled_value)) AS figure
        FROM product_daily FINAL
        WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
          AND event_date >= {from:Date} AND event_date < {to:Date}
          AND local_date >= {cutoff:Date} AND local_date < {to:Date} + 2
          AND ({currency:String} = '' OR currency = {currency:String})
        GROUP BY product_id
        HAVING sold != 0 OR gone != 0
      )
    )
    WHERE {isFirst:UInt8} = 1
      OR figure < toDecimal128({afterValue:String}, 4)
      OR figure = toDecimal128({afterValue:String}, 4) AND (sold < toUInt64({afterUnits:String})
        OR sold = toUInt64({afterUnits:String}) AND product_id > {afterProduct:String})
    ORDER BY figure DESC, sold DESC, product_id ASC
    LIMIT {limit:UInt32}
    ${READ_SETTINGS}`,
  mapRow: (found) => ({
    productId: found.product_id,
    value: found.value,
    units: found.n,
    all: found.total,
  }),
});
