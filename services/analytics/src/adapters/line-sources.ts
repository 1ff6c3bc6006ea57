import { BUCKET, measures } from './rollup-sources.ts';

/*
 * What a rollup must say of the lines of orders, from the lines themselves: without the sums that an order
 * keeps of them, and in none of the statements of a pass. `where` bounds the storage days.
 */

export const LINE_MEASURES = [
  'units',
  'gift_units',
  'gross_sales',
  'seller_discount',
  'platform_discount',
  'cancelled_units',
  'cancelled_value',
  'cancelled_value_by_sale',
] as const;

const LINE_SUMS: Readonly<Record<(typeof LINE_MEASURES)[number], string>> = {
  units: 'countIf(is_sale AND NOT gift)',
  gift_units: 'countIf(is_sale AND gift)',
  gross_sales: 'sumIf(original_price, is_sale AND NOT gift)',
  seller_discount: 'sumIf(seller_discount, is_sale AND NOT gift)',
  platform_discount: 'sumIf(platform_discount, is_sale AND NOT gift)',
  cancelled_units: 'countIf(NOT is_sale AND NOT gift AND gone)',
  cancelled_value: 'sumIf(original_price - seller_discount, NOT is_sale AND NOT gift AND gone)',
  cancelled_value_by_sale: 'sumIf(original_price - seller_discount, is_sale AND NOT gift AND gone)',
};

/** Each line of a countable order on the day of its sale, and once more on that of its cancellation. */
const linesMoved = (where: string) => `
  SELECT *, moved.1 AS is_sale, assumeNotNull(moved.2) AS event_date
  FROM (
    SELECT ${BUCKET}, currency, original_price, seller_discount, platform_discount, is_gift = 1 AS gift,
      line_cancelled = 1 OR is_cancelled = 1 AS gone,
      arrayFilter(m -> isNotNull(m.2), [(true, sale_date), (false, cancel_date)]) AS movements
    FROM order_lines
    WHERE ${where} AND isNotNull(sale_date)
      AND is_sample = 0 AND is_replacement = 0 AND is_exchange = 0
  )
  ARRAY JOIN movements AS moved`;

export const shopLinesOf = (where: string): string => `
  SELECT ${BUCKET}, event_date, currency, ${measures(LINE_MEASURES, LINE_SUMS)}
  FROM (${linesMoved(where)})
  GROUP BY ${BUCKET}, event_date, currency`;
