import { localDate, resource, shopKey } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import type { Clickhouse } from '@tokometrics/kit';
import { z } from 'zod';
import { batchesOf, scopesLiteral } from '../domain/dirty-buckets.ts';
import type { MendedGap } from '../domain/mended-gap.ts';
import type { Scope } from '../domain/read-fact.ts';

const SCOPES_PER_STATEMENT = 2000;
/** Closing so many is one pass and one insert; what is left is asked for again. */
const GAPS_AT_ONCE = 10_000;

interface Rows {
  readonly table: string;
  readonly id: string;
  /** Storage days of what rollups are made of. */
  readonly days?: string;
  readonly orderDays?: string;
}

const DAYS = 'groupUniqArray(local_date)';
const ROWS: Readonly<Record<Resource, Rows>> = {
  order: { table: 'orders', id: 'order_id', days: DAYS },
  product: { table: 'products', id: 'product_id' },
  statement: { table: 'statements', id: 'statement_id' },
  transaction: {
    ...{ table: 'finance_transactions', id: 'transaction_id', days: DAYS },
    orderDays: `groupUniqArrayIf(assumeNotNull(order_local_date),
        order_id != '' AND isNotNull(order_local_date))`,
  },
  payment: { table: 'payments', id: 'payment_id' },
  inventory: { table: 'inventory_snapshots', id: 'sku_id' },
  unsettled: { table: 'unsettled', id: 'transaction_id' },
};

const mendedRow = z
  .object({
    ...{ shop_key: shopKey, epoch: z.int(), resource, entity_id: z.string() },
    ...{ from_s: z.int(), through_s: z.int(), newest: z.string() },
    ...{ days: z.array(localDate), order_days: z.array(localDate) },
  })
  .transform((row): MendedGap => ({
    scope: { shopKey: row.shop_key, epoch: row.epoch },
    ...{ resource: row.resource, entityId: row.entity_id },
    ...{ fromS: row.from_s, throughS: row.through_s, ver: row.newest },
    ...{ days: row.days, orderDays: row.order_days },
  }));

/** `scopes` is text made by scopesLiteral(). Connections without an open gap cost a look at their gaps. */
function mendedIn(of: Resource, scopes: string): string {
  const { table, id, days = '[]', orderDays = '[]' } = ROWS[of];
  return `
WITH missing AS (
  SELECT shop_key, epoch, entity_id, from_s, through_s, ver
  FROM gaps FINAL
  WHERE (shop_key, epoch) IN (SELECT k, e FROM format(TSV, 'k FixedString(26), e UInt32', '${scopes}'))
    AND resource = '${of}' AND closed = 0
)
SELECT shop_key, epoch, '${of}' AS resource, entity_id, from_s, through_s,
  toString(arrived.newest) AS newest, arrived.days AS days, arrived.order_days AS order_days
FROM missing
INNER JOIN (
  SELECT shop_key, epoch, ${id} AS entity_id, max(ver) AS newest,
    ${days} AS days, ${orderDays} AS order_days
  FROM ${table}
  WHERE (shop_key, epoch) IN (SELECT shop_key, epoch FROM missing)
    AND ${id} IN (SELECT entity_id FROM missing)
  GROUP BY shop_key, epoch, ${id}
) AS arrived USING (shop_key, epoch, entity_id)
WHERE arrived.newest >= missing.ver
ORDER BY shop_key, epoch, entity_id
LIMIT ${String(GAPS_AT_ONCE)}
SETTINGS do_not_merge_across_partitions_select_final = 1`;
}

/** Of gaps that are open those whose entity has a row by now that is as new; some of them, if they are many. */
export const mendedGapsOf =
  (clickhouse: Pick<Clickhouse, 'query'>) =>
  async (of: Resource, scopes: readonly Scope[]): Promise<readonly MendedGap[]> => {
    const found: MendedGap[] = [];
    for (const batch of batchesOf(scopes, SCOPES_PER_STATEMENT)) {
      found.push(...(await clickhouse.query(mendedIn(of, scopesLiteral(batch)), {}, mendedRow)));
    }
    return found;
  };
