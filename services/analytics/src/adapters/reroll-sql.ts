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
 * Statements that compute whole buckets anew from the base tables. `buckets` is checked text made by
 * bucketsLiteral(), `tau` the instant of the pass; nothing else is put into the text.
 */

const SETTINGS = `SETTINGS async_insert = 0, deduplicate_insert_select = 'disable',
  do_not_merge_across_partitions_select_final = 1`;

export const dirty = (buckets: string) =>
  `dirty AS (SELECT k, e, d FROM format(TSV, 'k FixedString(26), e UInt32, d Date', '${buckets}'))`;
export const IN_DIRTY = `(${BUCKET}) IN (SELECT k, e, d FROM dirty)`;
const instantOf = (tau: string) => `toDateTime64('${tau}', 6, 'UTC')`;

/** Zero for every key that the bucket has: what vanished at the source becomes a row of zeros. */
const HOURLY_KEYS = `
  SELECT ${BUCKET}, event_date, event_hour, currency, ${measures(SHOP_MEASURES, {})}
  FROM shop_hourly FINAL
  WHERE ${IN_DIRTY}`;

export function rerollShopHourly(buckets: string, tau: string): string {
  return `
INSERT INTO shop_hourly (${BUCKET}, event_date, event_hour, currency, ${SHOP_MEASURES.join(', ')}, ver)
${SETTINGS}
WITH ${dirty(buckets)}
SELECT ${BUCKET}, event_date, event_hour, currency, ${sums(SHOP_MEASURES)}, ${instantOf(tau)}
FROM (${[movementsOf(IN_DIRTY), HOURLY_KEYS].join('\n  UNION ALL')}
)
GROUP BY ${BUCKET}, event_date, event_hour, currency`;
}

/** Days are the hours added up; days that have no hour left become zeros like everything that vanished. */
export function rerollShopDaily(buckets: string, tau: string): string {
  return `
INSERT INTO shop_daily (${BUCKET}, event_date, currency, ${SHOP_MEASURES.join(', ')}, ver)
${SETTINGS}
WITH ${dirty(buckets)}
SELECT ${BUCKET}, event_date, currency, ${sums(SHOP_MEASURES)}, ${instantOf(tau)}
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

export function rerollProductDaily(buckets: string, tau: string): string {
  return `
INSERT INTO product_daily (${BUCKET}, event_date, product_id, sku_id, currency, ${PRODUCT_MEASURES.join(', ')}, ver)
${SETTINGS}
WITH ${dirty(buckets)}
SELECT ${BUCKET}, event_date, product_id, sku_id, currency, ${sums(PRODUCT_MEASURES)}, ${instantOf(tau)}
FROM (
${productsOf(IN_DIRTY)}
  UNION ALL
  SELECT ${BUCKET}, event_date, product_id, sku_id, currency, ${measures(PRODUCT_MEASURES, {})}
  FROM product_daily FINAL
  WHERE ${IN_DIRTY}
)
GROUP BY ${BUCKET}, event_date, product_id, sku_id, currency`;
}

export function rerollFinanceDaily(buckets: string, tau: string): string {
  return `
INSERT INTO finance_daily (${BUCKET}, type, currency, ${FINANCE_MEASURES.join(', ')}, ver)
${SETTINGS}
WITH ${dirty(buckets)}
SELECT ${BUCKET}, type, currency, ${sums(FINANCE_MEASURES)}, ${instantOf(tau)}
FROM (
${financeOf(IN_DIRTY)}
  UNION ALL
  SELECT ${BUCKET}, type, currency, ${measures(FINANCE_MEASURES, {})}
  FROM finance_daily FINAL
  WHERE ${IN_DIRTY}
)
GROUP BY ${BUCKET}, type, currency`;
}

/** Buckets in which rows of more than one pass stand, of tables that one pass writes together. */
export const mixedIn = (tables: readonly string[], where: string): string => `
  SELECT ${BUCKET} FROM (${tables
    .map((table) => `\n  SELECT ${BUCKET}, ver FROM ${table} FINAL WHERE ${where}`)
    .join('\n  UNION ALL')}
  ) GROUP BY ${BUCKET} HAVING min(ver) != max(ver)`;

/**
 * Buckets that two passes wrote at the same time: rows of more than one pass stand in them. Tables
 * that one pass writes together are proven together.
 */
export function mixedBuckets(buckets: string, groups: readonly (readonly string[])[]): string {
  const perGroup = groups.map((tables) => mixedIn(tables, IN_DIRTY));
  return `
WITH ${dirty(buckets)}
SELECT DISTINCT ${BUCKET} FROM (${perGroup.join('\n  UNION ALL')}
)
SETTINGS do_not_merge_across_partitions_select_final = 1`;
}
