import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/** How many orders of a range stand in which state. */
export const orderStatuses = defineQuery({
  name: 'order-statuses',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: localDate,
    from: localDate,
    to: localDate,
  }),
  row: z.object({ status: z.string(), n: z.string() }),
  sql: `
    SELECT status, toString(count()) AS n
    FROM orders FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND local_date >= {cutoff:Date} AND local_date >= {from:Date} AND local_date < {to:Date}
    GROUP BY status
    ORDER BY status
    ${READ_SETTINGS}`,
  mapRow: ({ status, n }) => ({ status, orders: Number(n) }),
});
