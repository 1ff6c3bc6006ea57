import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import {
  ANY_SET,
  columnsRow,
  LISTED,
  READ_SETTINGS,
  SUMMED,
  toFigures,
} from './figure-columns.ts';

/**
 * The part of one hour before a cut, from the base rows: rollups know whole hours only. The hour's
 * own rollup rows name the storage days to look into, so little is read.
 */
export const figuresOfPartHour = defineQuery({
  name: 'figures-of-part-hour',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: localDate,
    hour: z.int(),
    cut: z.int(),
  }),
  row: columnsRow(z.int()),
  sql: `
    WITH
      days AS (
        SELECT DISTINCT local_date FROM shop_hourly FINAL
        WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
          AND local_date >= {cutoff:Date}
          AND event_date >= toDate(toDateTime({hour:UInt32}, 'UTC')) - 1
          AND event_date <= toDate(toDateTime({hour:UInt32}, 'UTC')) + 1
          AND event_hour = toDateTime({hour:UInt32}, 'UTC')
      ),
      sold AS (
        SELECT order_id, currency, units, gross_sales, lines_seller_discount, is_cancelled,
          cancelled_value, sale_hour, cancel_hour, countable,
          if(is_cod = 1, create_time, paid_time) AS sale_time,
          ifNull(cancel_time, cancel_hour) AS gone_time
        FROM orders FINAL
        WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
          AND local_date IN (SELECT local_date FROM days) AND local_date >= {cutoff:Date}
      ),
      refunded AS (
        SELECT order_id, currency, statement_hour, statement_time, refund
        FROM order_settlements FINAL
        WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
          AND local_date IN (SELECT local_date FROM days) AND local_date >= {cutoff:Date}
          AND refund != 0
      )
    SELECT groupArray({hour:UInt32}) AS at, groupArray(currency) AS currency, ${LISTED}
    FROM (
      SELECT currency, ${SUMMED}
      FROM (
        SELECT currency, 1 AS orders, units, gross_sales, lines_seller_discount AS seller_discount,
          0 AS cancelled_orders, is_cancelled AS cancelled_orders_by_sale, 0 AS cancelled_value,
          cancelled_value AS cancelled_value_by_sale, 0 AS refunds, 0 AS refunds_by_sale,
          0 AS over_refunded_orders
        FROM (SELECT *, cancelled_value AS by_sale FROM sold)
        WHERE countable = 1 AND sale_hour = toDateTime({hour:UInt32}, 'UTC')
          AND sale_time < toDateTime({cut:UInt32}, 'UTC')
      )
      GROUP BY currency
      HAVING ${ANY_SET}
    )
    ${READ_SETTINGS}`,
  mapRow: toFigures,
});
