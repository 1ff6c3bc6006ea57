import { localDate, shopKey } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import type { Clickhouse } from '@tokometrics/kit';
import { z } from 'zod';
import { batchesOf, scopesLiteral } from '../domain/dirty-buckets.ts';
import { entityKey, storageDaysOf } from '../domain/mended-gap.ts';
import type { Arrived, Entity, Missing } from '../domain/mended-gap.ts';
import type { Scope } from '../domain/read-fact.ts';

const SCOPES_PER_STATEMENT = 2000;
/** With ids as long as a gap may bear them their text stays below what ClickHouse parses. */
const ENTITIES_PER_STATEMENT = 200;
/** A gap bears no longer one. */
const LONGEST_ID = 200;
/** So many of a kind are read whole; where more are open, a release is wrong and each is asked for. */
const GAPS_READ_WHOLE = 10_000;

interface Rows {
  readonly table: string;
  readonly id: string;
  /** Whether rows are kept by the day, so that a question for few days reads few of them. */
  readonly isDaily: boolean;
  /** Storage days of what rollups are made of. */
  readonly days?: string;
  readonly orderDays?: string;
}

const DAYS = 'groupUniqArray(local_date)';
const ROWS: Readonly<Record<Resource, Rows>> = {
  order: { table: 'orders', id: 'order_id', isDaily: true, days: DAYS },
  product: { table: 'products', id: 'product_id', isDaily: false },
  statement: { table: 'statements', id: 'statement_id', isDaily: true },
  transaction: {
    ...{ table: 'finance_transactions', id: 'transaction_id', isDaily: true, days: DAYS },
    orderDays: `groupUniqArrayIf(assumeNotNull(order_local_date),
        order_id != '' AND isNotNull(order_local_date))`,
  },
  payment: { table: 'payments', id: 'payment_id', isDaily: true },
  inventory: { table: 'inventory_snapshots', id: 'sku_id', isDaily: false },
  unsettled: { table: 'unsettled', id: 'transaction_id', isDaily: true },
};

const entity = { shop_key: shopKey, epoch: z.int(), entity_id: z.string() };
const missingRow = z
  .object({ ...entity, from_s: z.int(), through_s: z.int(), missing_ver: z.string() })
  .transform((row): Missing => ({
    scope: { shopKey: row.shop_key, epoch: row.epoch },
    ...{ entityId: row.entity_id, fromS: row.from_s, throughS: row.through_s },
    ver: BigInt(row.missing_ver),
  }));
const arrivedRow = z
  .object({
    ...{ ...entity, newest: z.string() },
    ...{ days: z.array(localDate), order_days: z.array(localDate) },
  })
  .transform((row): Arrived => ({
    scope: { shopKey: row.shop_key, epoch: row.epoch },
    ...{ entityId: row.entity_id, ver: BigInt(row.newest) },
    ...{ days: row.days, orderDays: row.order_days },
  }));

const isOfScopes = (scopes: readonly Scope[]): string =>
  `(shop_key, epoch) IN (
      SELECT k, e FROM format(TSV, 'k FixedString(26), e UInt32', '${scopesLiteral(scopes)}'))`;

/** As hexadecimal digits, so that nothing of an id is read as SQL. */
function isOneOf(column: string, entities: readonly Entity[]): string {
  const ids = [...new Set(entities.map(({ entityId }) => entityId))];
  const digits = ids.map((id) => Buffer.from(id).toString('hex')).join('\\n');
  return `${column} IN (SELECT unhex(h) FROM format(TSV, 'h String', '${digits}'))`;
}

function openGapsIn(of: Resource, scopes: readonly Scope[], isWanted = '1', limit = ''): string {
  return `
SELECT shop_key, epoch, entity_id, from_s, through_s, toString(ver) AS missing_ver
FROM gaps FINAL
WHERE ${isOfScopes(scopes)}
  AND resource = '${of}' AND ${isWanted} AND closed = 0
${limit}`;
}

function rowsIn(of: Resource, missing: readonly Missing[]): string {
  const { table, id, isDaily, days = '[]', orderDays = '[]' } = ROWS[of];
  const kept = isDaily ? storageDaysOf(missing) : undefined;
  const isOfDays =
    kept === undefined ? '1' : `local_date >= '${kept.first}' AND local_date <= '${kept.last}'`;
  return `
SELECT shop_key, epoch, ${id} AS entity_id, toString(max(ver)) AS newest,
  ${days} AS days, ${orderDays} AS order_days
FROM ${table}
WHERE ${isOfScopes(scopesOf(missing))}
  AND ${isOfDays} AND ${isOneOf(id, missing)}
GROUP BY shop_key, epoch, ${id}`;
}

const scopesOf = (entities: readonly Entity[]): Scope[] => [
  ...new Map(
    entities.map(({ scope }) => [`${scope.shopKey}:${String(scope.epoch)}`, scope]),
  ).values(),
];

/** Only their own: a statement asks for ids and connections apart. */
function among<T extends Entity>(found: readonly T[], asked: readonly Entity[]): T[] {
  const keys = new Set(asked.map(entityKey));
  return found.filter((one) => keys.has(entityKey(one)));
}

type Reads = Pick<Clickhouse, 'query'>;

/** All that is open of a kind; undefined where that is too much to read. */
async function allOpen(
  clickhouse: Reads,
  of: Resource,
  scopes: readonly Scope[],
): Promise<readonly Missing[] | undefined> {
  const found: Missing[] = [];
  for (const batch of batchesOf(scopes, SCOPES_PER_STATEMENT)) {
    const left = GAPS_READ_WHOLE - found.length;
    const sql = openGapsIn(of, batch, undefined, `LIMIT ${String(left + 1)}`);
    found.push(...(await clickhouse.query(sql, {}, missingRow)));
    if (found.length > GAPS_READ_WHOLE) {
      return undefined;
    }
  }
  return found;
}

/** Which of these entities have a gap that is open. */
export const openGapsOf =
  (clickhouse: Reads) =>
  async (of: Resource, written: readonly Entity[]): Promise<readonly Missing[]> => {
    const entities = written.filter(({ entityId }) => entityId.length <= LONGEST_ID);
    const all =
      entities.length > ENTITIES_PER_STATEMENT
        ? await allOpen(clickhouse, of, scopesOf(entities))
        : undefined;
    if (all !== undefined) {
      return among(all, entities);
    }
    const found: Missing[] = [];
    for (const batch of batchesOf(entities, ENTITIES_PER_STATEMENT)) {
      const sql = openGapsIn(of, scopesOf(batch), isOneOf('entity_id', batch));
      found.push(...among(await clickhouse.query(sql, {}, missingRow), batch));
    }
    return found;
  };

/** The newest row of each of these entities that has one. */
export const arrivedOf =
  (clickhouse: Reads) =>
  async (of: Resource, missing: readonly Missing[]): Promise<readonly Arrived[]> => {
    const found: Arrived[] = [];
    // Neighbours in time are asked for together; those of no known time apart, since they read all days.
    const known = missing.filter(({ fromS }) => fromS > 0).sort((a, b) => a.fromS - b.fromS);
    const unknown = missing.filter(({ fromS }) => fromS === 0);
    for (const gaps of [known, unknown]) {
      for (const batch of batchesOf(gaps, ENTITIES_PER_STATEMENT)) {
        const rows = await clickhouse.query(rowsIn(of, batch), {}, arrivedRow);
        found.push(...among(rows, batch));
      }
    }
    return found;
  };
