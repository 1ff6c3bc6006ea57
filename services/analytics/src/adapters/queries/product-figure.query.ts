import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { sumsOfRow } from '../../domain/sums.ts';
import { READ_SETTINGS } from './figure-columns.ts';

const row = z.object({
  currency: z.string(),
  first: localDate,
  last: localDate,
  orders: z.string(),
  units: z.string(),
  gross_sales: z.string(),
  seller_discount: z.string(),
  cancelled_value: z.string(),
  cancelled_value_by_sale: z.string(),
});

/** One product's amounts in a range, per currency. The source splits no refund by product. */
export const productFigure = defineQuery({
  name: 'product-figure',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: localDate,
    from: localDate,
    to: localDate,
    productId: z.string(),
  }),
  row,
  sql: `
    SELECT currency, toString(min(local_date)) AS first, toString(max(local_date)) AS last,
      toString(sum(product_daily.orders)) AS orders,
      toString(sum(product_daily.units)) AS units,
      toString(sum(product_daily.gross_sales)) AS gross_sales,
      toString(sum(product_daily.seller_discount)) AS seller_discount,
      toString(sum(product_daily.cancelled_value)) AS cancelled_value,
      toString(sum(product_daily.cancelled_value_by_sale)) AS cancelled_value_by_sale
    FROM product_daily FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND event_date >= {from:Date} AND event_date < {to:Date}
      AND local_date >= {cutoff:Date} AND local_date < {to:Date} + 2
      AND product_id = {productId:String}
    GROUP BY currency
    HAVING sum(product_daily.units) + sum(product_daily.cancelled_units) > 0
    ${READ_SETTINGS}`,
  mapRow: (found) => ({
    stored: [{ storedOn: found.first }, { storedOn: found.last }],
    sums: sumsOfRow(found.currency, {
      orders: found.orders,
      units: found.units,
      grossSales: found.gross_sales,
      sellerDiscount: found.seller_discount,
      cancelledOrders: '0',
      cancelledOrdersBySale: '0',
      cancelledValue: found.cancelled_value,
      cancelledValueBySale: found.cancelled_value_by_sale,
      refunds: '0',
      refundsBySale: '0',
      overRefundedOrders: '0',
    }),
  }),
});
