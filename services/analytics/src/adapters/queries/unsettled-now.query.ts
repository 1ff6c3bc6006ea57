import { currency, decimal, localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/**
 * What is not settled yet: the rows that the last whole listing has read, or a later one that is under
 * way. Before the first is whole, all that has been read of it.
 */
export const unsettledNow = defineQuery({
  name: 'unsettled-now',
  params: z.strictObject({ shopKey, epoch: z.int(), cutoff: localDate }),
  row: z.object({
    transaction_id: z.string(),
    order_id: z.string(),
    reason: z.string(),
    currency,
    est_settlement_amount: decimal,
  }),
  sql: `
    SELECT transaction_id, order_id, reason, toString(currency) AS currency,
      toString(est_settlement_amount) AS est_settlement_amount
    FROM unsettled FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND local_date >= {cutoff:Date}
      AND ver >= (
        SELECT max(ver) FROM sweeps FINAL
        WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
          AND stream = 'unsettled')
    ORDER BY transaction_id
    ${READ_SETTINGS}`,
  mapRow: (row) => ({
    transactionId: row.transaction_id,
    orderId: row.order_id,
    reason: row.reason,
    estSettlement: { amount: row.est_settlement_amount, currency: row.currency },
  }),
});
