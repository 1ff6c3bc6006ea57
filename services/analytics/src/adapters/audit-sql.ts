import { LINE_MEASURES, shopLinesOf } from './line-sources.ts';
import { dirty, IN_DIRTY, mixedIn } from './reroll-sql.ts';
import {
  BUCKET,
  FINANCE_MEASURES,
  financeOf,
  movementsOf,
  PRODUCT_MEASURES,
  productsOf,
  SHOP_MEASURES,
} from './rollup-sources.ts';

interface Rollup {
  readonly table: string;
  /** Key of a row within its bucket. */
  readonly keys: string;
  readonly measures: readonly string[];
  /** Tables that one pass writes together with it, and that are proven with it. */
  readonly proven: readonly string[];
  readonly source: (where: string) => string;
}

const SHOP = { measures: SHOP_MEASURES, source: movementsOf };

/**
 * Each rollup beside what it has to be, computed from the base tables alone. `by_line` is a second way for
 * what is made of lines: a pass and the first way share their statements, and trust the sums that an order keeps.
 */
export const ROLLUPS = {
  shop_hourly: {
    table: 'shop_hourly',
    keys: 'event_date, event_hour, currency',
    proven: ['shop_hourly', 'shop_daily'],
    ...SHOP,
  },
  shop_daily: { table: 'shop_daily', keys: 'event_date, currency', proven: [], ...SHOP },
  product_daily: {
    table: 'product_daily',
    keys: 'event_date, product_id, sku_id, currency',
    measures: PRODUCT_MEASURES,
    proven: ['product_daily'],
    source: productsOf,
  },
  finance_daily: {
    table: 'finance_daily',
    keys: 'type, currency',
    measures: FINANCE_MEASURES,
    proven: ['finance_daily'],
    source: financeOf,
  },
  shop_daily_by_line: {
    table: 'shop_daily',
    keys: 'event_date, currency',
    measures: LINE_MEASURES,
    proven: [],
    source: shopLinesOf,
  },
} as const satisfies Record<string, Rollup>;
export type RollupName = keyof typeof ROLLUPS;

/**
 * Both sides in one list, each row marked; a key whose sums differ in any measure names its bucket.
 * What one side lacks counts as zero there, so that rows too many are found as well as rows too few,
 * and a row of zeros, which stands for what has vanished, is no difference. A bucket that rows of two
 * passes stand in is named as well: its sums may be right only by chance.
 */
function differing({ table, keys, measures, proven, source }: Rollup, where: string): string {
  const key = `${BUCKET}, ${keys}`;
  const held = measures.map((name) => `${name} AS m_${name}`).join(', ');
  const sums = measures.map((name) => `m_${name}`).join(', ');
  const isOff = measures.map(
    (name) => `sumIf(m_${name}, is_held = 1) != sumIf(m_${name}, is_held = 0)`,
  );
  const mixed = proven.length === 0 ? '' : `UNION ALL ${mixedIn(proven, where)}`;
  return `SELECT DISTINCT ${BUCKET}
FROM (
  SELECT ${BUCKET}
  FROM (
    SELECT ${key}, 1 AS is_held, ${held} FROM ${table} FINAL WHERE ${where}
    UNION ALL
    SELECT ${key}, 0 AS is_held, ${sums} FROM (${source(where)})
  )
  GROUP BY ${key}
  HAVING ${isOff.join(' OR ')}
  ${mixed}
)
SETTINGS do_not_merge_across_partitions_select_final = 1`;
}

const STORED_IN = new Set([
  ...['orders', 'order_settlements', 'finance_transactions'],
  ...Object.values(ROLLUPS).map(({ table }) => table),
]);

/** One row per month of storage days that any of the tables has. */
export const STORED_MONTHS = `SELECT DISTINCT toString(toStartOfMonth(local_date)) AS month
FROM (${[...STORED_IN].map((name) => `SELECT DISTINCT local_date FROM ${name}`).join(' UNION ALL ')})
ORDER BY month`;

/** All buckets of the storage days from `from` up to, without it, `to`. */
export const differingInSlice = (rollup: RollupName): string =>
  differing(ROLLUPS[rollup], 'local_date >= {from:Date} AND local_date < {to:Date}');

/** These buckets alone; `buckets` is text made by bucketsLiteral(). */
export const differingOf = (rollup: RollupName, buckets: string): string =>
  `WITH ${dirty(buckets)}\n${differing(ROLLUPS[rollup], IN_DIRTY)}`;
