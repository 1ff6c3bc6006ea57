import { currency, decimal, localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/** What statements have paid back of some orders, by the day that an order is stored on, and currency. */
export const orderRefunds = defineQuery({
  name: 'order-refunds',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: localDate,
    /** First and last day that the orders are stored on. */
    storedFrom: localDate,
    storedTo: localDate,
    orderIds: z.array(z.string()),
  }),
  row: z.object({ stored_on: localDate, order_id: z.string(), currency, refunded: decimal }),
  sql: `
    SELECT toString(local_date) AS stored_on, order_id, currency, toString(sum(refund)) AS refunded
    FROM order_settlements FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND local_date >= {cutoff:Date}
      AND local_date >= {storedFrom:Date} AND local_date <= {storedTo:Date}
      AND order_id IN {orderIds:Array(String)} AND refund != 0
    GROUP BY local_date, order_id, currency
    ${READ_SETTINGS}`,
  mapRow: (found) => found,
});
