import { localDate, resource, shopKey } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

const ROWS: Readonly<Record<Resource, readonly [table: string, id: string]>> = {
  order: ['orders', 'order_id'],
  product: ['products', 'product_id'],
  statement: ['statements', 'statement_id'],
  transaction: ['finance_transactions', 'transaction_id'],
  payment: ['payments', 'payment_id'],
  inventory: ['inventory_snapshots', 'sku_id'],
  unsettled: ['unsettled', 'transaction_id'],
};

const OF_CONNECTION = 'shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}';

/**
 * A row goes with the day that it is kept by, an order with that of its creation, up to three days before
 * it is past its time in the last of all zones. Of a gap that it has closed nobody could tell from then on.
 */
const IS_KEPT = `if(resource = 'order' AND from_s > 0, from_s, through_s)
        >= toUnixTimestamp(toDateTime({cutoff:Date} + 3, 'UTC'))`;

/** Of which kinds something was missing once: there is no need to look for rows of the others. */
export const gappedResources = defineQuery({
  name: 'gapped-resources',
  params: z.strictObject({ shopKey, epoch: z.int() }),
  row: z.object({ resource }),
  sql: `SELECT DISTINCT resource FROM gaps WHERE ${OF_CONNECTION}
    ORDER BY resource ${READ_SETTINGS}`,
  mapRow: (row) => row.resource,
});

/**
 * What is still missing of a kind: gaps whose entity has no row that is as new, and as old as `settledS`,
 * by the days on which they begin and end, so that a thousand of one day are one row.
 */
export const openGapsOf = (kind: Resource) => {
  const [table, id] = ROWS[kind];
  return defineQuery({
    name: 'open-gaps',
    params: z.strictObject({
      ...{ shopKey, epoch: z.int(), cutoff: localDate, settledS: z.int().min(0) },
    }),
    row: z.object({ records: z.string(), first_s: z.string(), last_s: z.string() }),
    sql: `
    SELECT toString(count()) AS records,
      toString(min(g.from_s)) AS first_s, toString(max(g.through_s)) AS last_s
    FROM (
      SELECT entity_id, from_s, through_s, ver FROM gaps FINAL
      WHERE ${OF_CONNECTION} AND resource = '${kind}' AND ${IS_KEPT}
    ) AS g
    LEFT JOIN (
      SELECT ${id} AS entity_id, max(ver) AS newest FROM ${table}
      WHERE ${OF_CONNECTION} AND ingested_at <= now64(3) - toIntervalSecond({settledS:UInt32})
        AND ${id} IN (SELECT entity_id FROM gaps WHERE ${OF_CONNECTION} AND resource = '${kind}')
      GROUP BY ${id}
    ) AS r ON r.entity_id = g.entity_id
    WHERE r.newest < g.ver
    GROUP BY intDiv(g.from_s, 86400), intDiv(g.through_s, 86400)
    ORDER BY first_s, last_s
    ${READ_SETTINGS}`,
    mapRow: (row) => ({
      resource: kind,
      records: Number(row.records),
      fromS: Number(row.first_s),
      throughS: Number(row.last_s),
    }),
  });
};
