import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { figureList, figuresRow, READ_SETTINGS, toFigures } from './figure-columns.ts';
import { ALL_MOVEMENTS, movementParams, shopMovements } from './movements.ts';

/**
 * The part of an hour before a cut: rollups know whole hours only, so this one reads base rows. What
 * is not of the asked basis stays zero.
 */
export const figuresOfPartHour = defineQuery({
  name: 'figures-of-part-hour',
  params: z.strictObject({ ...movementParams, cut: z.int() }),
  row: figuresRow,
  sql: `
    ${shopMovements(ALL_MOVEMENTS)}
    SELECT ${figureList('toString({hourFrom:UInt32})', "''")}
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
    ${READ_SETTINGS}`,
  mapRow: ({ figures }) => toFigures(figures, Number),
});
