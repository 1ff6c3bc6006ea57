import {
  BUCKET,
  FINANCE_MEASURES,
  financeOf,
  measures,
  movementsOf,
  PRODUCT_MEASURES,
  productsOf,
  SHOP_MEASURES,
  sums,
} from './rollup-sources.ts';

/*
 * Statements that compute whole buckets anew from the base tables. Nothing but what a batch names is put
 * into the text.
 */

export interface RerollBatch {
  /** Checked text, made by bucketsLiteral(). */
  readonly buckets: string;
  /** The instant of the pass. */
  readonly tau: string;
  /** When the store is to give a statement up: nobody else ends one whose sender has gone. */
  readonly limitS: number;
}

/** Whatever the store's own profile says: a part of the rows would be a wrong figure. */
const limited = (limitS: number): string =>
  `max_execution_time = ${String(limitS)}, timeout_overflow_mode = 'throw'`;
const settings = ({ limitS }: RerollBatch): string => `SETTINGS async_insert = 0,
  deduplicate_insert_select = 'disable', do_not_merge_across_partitions_select_final = 1,
  ${limited(limitS)}`;

export const dirty = (buckets: string) =>
  `dirty AS (SELECT k, e, d FROM format(TSV, 'k FixedString(26), e UInt32, d Date', '${buckets}'))`;
export const IN_DIRTY = `(${BUCKET}) IN (SELECT k, e, d FROM dirty)`;
const instantOf = (tau: string) => `toDateTime64('${tau}', 6, 'UTC')`;

/** Zero for every key that the bucket has: what vanished at the source becomes a row of zeros. */
const HOURLY_KEYS = `
  SELECT ${BUCKET}, event_date, event_hour, currency, ${measures(SHOP_MEASURES, {})}
  FROM shop_hourly FINAL
  WHERE ${IN_DIRTY}`;

export function rerollShopHourly(batch: RerollBatch): string {
  return `
INSERT INTO shop_hourly (${BUCKET}, event_date, event_hour, currency, ${SHOP_MEASURES.join(', ')}, ver)
${settings(batch)}
WITH ${dirty(batch.buckets)}
SELECT ${BUCKET}, event_date, event_hour, currency, ${sums(SHOP_MEASURES)}, ${instantOf(batch.tau)}
FROM (${[movementsOf(IN_DIRTY), HOURLY_KEYS].join('\n  UNION ALL')}
)
GROUP BY ${BUCKET}, event_date, event_hour, currency`;
}

/** Days are the hours added up; days that have no hour left become zeros like everything that vanished. */
export function rerollShopDaily(batch: RerollBatch): string {
  return `
INSERT INTO shop_daily (${BUCKET}, event_date, currency, ${SHOP_MEASURES.join(', ')}, ver)
${settings(batch)}
WITH ${dirty(batch.buckets)}
SELECT ${BUCKET}, event_date, currency, ${sums(SHOP_MEASURES)}, ${instantOf(batch.tau)}
FROM (
  SELECT ${BUCKET}, event_date, currency, ${SHOP_MEASURES.map((name) => `${name} AS m_${name}`).join(', ')}
  FROM shop_hourly FINAL
  WHERE ${IN_DIRTY}
  UNION ALL
  SELECT ${BUCKET}, event_date, currency, ${measures(SHOP_MEASURES, {})}
  FROM shop_daily FINAL
  WHERE ${IN_DIRTY}
)
GROUP BY ${BUCKET}, event_date, currency`;
}

export function rerollProductDaily(batch: RerollBatch): string {
  return `
INSERT INTO product_daily (${BUCKET}, event_date, product_id, sku_id, currency, ${PRODUCT_MEASURES.join(', ')}, ver)
${settings(batch)}
WITH ${dirty(batch.buckets)}
SELECT ${BUCKET}, event_date, product_id, sku_id, currency, ${sums(PRODUCT_MEASURES)}, ${instantOf(batch.tau)}
FROM (
${productsOf(IN_DIRTY)}
  UNION ALL
  SELECT ${BUCKET}, event_date, product_id, sku_id, currency, ${measures(PRODUCT_MEASURES, {})}
  FROM product_daily FINAL
  WHERE ${IN_DIRTY}
)
GROUP BY ${BUCKET}, event_date, product_id, sku_id, currency`;
}

export function rerollFinanceDaily(batch: RerollBatch): string {
  return `
INSERT INTO finance_daily (${BUCKET}, type, currency, ${FINANCE_MEASURES.join(', ')}, ver)
${settings(batch)}
WITH ${dirty(batch.buckets)}
SELECT ${BUCKET}, type, currency, ${sums(FINANCE_MEASURES)}, ${instantOf(batch.tau)}
FROM (
${financeOf(IN_DIRTY)}
  UNION ALL
  SELECT ${BUCKET}, type, currency, ${measures(FINANCE_MEASURES, {})}
  FROM finance_daily FINAL
  WHERE ${IN_DIRTY}
)
GROUP BY ${BUCKET}, type, currency`;
}

const MIXED = 'min(ver) != max(ver)';

/** Buckets in which rows of more than one pass stand, of tables that one pass writes together. */
export const mixedIn = (tables: readonly string[], where: string, having = MIXED): string => `
  SELECT ${BUCKET} FROM (${tables
    .map((table) => `\n  SELECT ${BUCKET}, ver FROM ${table} FINAL WHERE ${where}`)
    .join('\n  UNION ALL')}
  ) GROUP BY ${BUCKET} HAVING ${having}`;

type Tables = readonly (readonly string[])[];

/**
 * Buckets that two passes wrote at the same time: rows of more than one pass stand in them. Tables
 * that one pass writes together are proven together. A row from the future, later than the pass, is of
 * one whose clock was ahead: it hides the rows of this pass, which may have read later.
 */
export function unprovenBuckets({ buckets, tau, limitS }: RerollBatch, groups: Tables): string {
  const having = `${MIXED} OR max(ver) > greatest(${instantOf(tau)}, now64(6, 'UTC'))`;
  const perGroup = groups.map((tables) => mixedIn(tables, IN_DIRTY, having));
  return `
WITH ${dirty(buckets)}
SELECT DISTINCT ${BUCKET} FROM (${perGroup.join('\n  UNION ALL')}
)
SETTINGS do_not_merge_across_partitions_select_final = 1, ${limited(limitS)}`;
}

/** The store's clock alone, in the form of `instants`. */
export const CLOCK = `SELECT toString(now64(6, 'UTC')) AS now,
  toString(toDateTime64(0, 6, 'UTC')) AS newest`;

/** The store's clock, and the newest version that stands in the buckets; 1970 where nothing does. */
export function instants({ buckets, limitS }: Omit<RerollBatch, 'tau'>, groups: Tables): string {
  const perTable = groups.flat().map((table) => `\n  SELECT ver FROM ${table} WHERE ${IN_DIRTY}`);
  return `
WITH ${dirty(buckets)}
SELECT toString(now64(6, 'UTC')) AS now, toString(max(ver)) AS newest
FROM (${perTable.join('\n  UNION ALL')}
)
SETTINGS ${limited(limitS)}`;
}
