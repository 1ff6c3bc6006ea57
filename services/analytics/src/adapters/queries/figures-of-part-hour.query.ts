import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { ANY_SET, columnsRow, LISTED, READ_SETTINGS, SUMMED, toFigures } from './figure-columns.ts';
import { movementParams, SHOP_MOVEMENTS } from './movements.ts';

/**
 * The part of an hour before a cut: rollups know whole hours only, so this one reads base rows. What
 * is not of the asked basis stays zero.
 */
export const figuresOfPartHour = defineQuery({
  name: 'figures-of-part-hour',
  params: z.strictObject({ ...movementParams, cut: z.int() }),
  row: columnsRow(z.int()),
  sql: `
    ${SHOP_MOVEMENTS}
    SELECT groupArray({hourFrom:UInt32}) AS at, groupArray(currency) AS currency, ${LISTED}
    FROM (
      SELECT currency, ${SUMMED}
      FROM (
        SELECT currency, n_orders AS orders, n_units AS units, gross AS gross_sales,
          discount AS seller_discount,
          if({bySale:UInt8} = 1, 0, n_cancelled) AS cancelled_orders,
          if({bySale:UInt8} = 1, n_cancelled, 0) AS cancelled_orders_by_sale,
          if({bySale:UInt8} = 1, toDecimal64(0, 4), cancelled) AS cancelled_value,
          if({bySale:UInt8} = 1, cancelled, toDecimal64(0, 4)) AS cancelled_value_by_sale,
          if({bySale:UInt8} = 1, toDecimal64(0, 4), refund) AS refunds,
          if({bySale:UInt8} = 1, refund, toDecimal64(0, 4)) AS refunds_by_sale,
          toUInt64(0) AS over_refunded_orders
        FROM moved
        WHERE at < toDateTime({cut:UInt32}, 'UTC')
      )
      GROUP BY currency
      HAVING ${ANY_SET}
    )
    ${READ_SETTINGS}`,
  mapRow: toFigures,
});
