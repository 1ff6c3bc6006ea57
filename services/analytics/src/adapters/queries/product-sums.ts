import { localDate, shopKey } from '@tokometrics/contracts';
import { z } from 'zod';
import { sumsOfRow } from '../../domain/sums.ts';
import type { Sums } from '../../domain/sums.ts';

export const productRange = z.strictObject({
  shopKey,
  epoch: z.int(),
  cutoff: localDate,
  from: localDate,
  to: localDate,
  productId: z.string(),
});

/** Amounts of one product per currency, with the first and last storage day that they come from. */
export const productSumsRow = {
  currency: z.string(),
  first: localDate,
  last: localDate,
  orders: z.string(),
  units: z.string(),
  gross_sales: z.string(),
  seller_discount: z.string(),
  cancelled_value: z.string(),
  cancelled_value_by_sale: z.string(),
};

export const PRODUCT_SUMS = `currency,
      toString(min(local_date)) AS first, toString(max(local_date)) AS last,
      toString(sum(product_daily.orders)) AS orders,
      toString(sum(product_daily.units)) AS units,
      toString(sum(product_daily.gross_sales)) AS gross_sales,
      toString(sum(product_daily.seller_discount)) AS seller_discount,
      toString(sum(product_daily.cancelled_value)) AS cancelled_value,
      toString(sum(product_daily.cancelled_value_by_sale)) AS cancelled_value_by_sale`;

/** Needs the parameters of `productRange`. */
export const IN_PRODUCT_RANGE = `shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND event_date >= {from:Date} AND event_date < {to:Date}
      AND local_date >= {cutoff:Date} AND local_date < {to:Date} + 2
      AND product_id = {productId:String}`;

/** A key that has vanished is a row of zeros; it is none. */
export const HAS_SOLD = 'sum(product_daily.units) + sum(product_daily.cancelled_units) > 0';

/** The source splits no refund by product. */
export function productSumsOf(found: z.infer<z.ZodObject<typeof productSumsRow>>): Sums {
  return sumsOfRow(found.currency, {
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
  });
}
