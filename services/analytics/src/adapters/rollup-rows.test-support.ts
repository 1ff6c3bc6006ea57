import { toUnits } from '@tokometrics/contracts';
import type { Clickhouse } from '@tokometrics/kit';
import { withoutZeros } from './oracle.test-support.ts';
import type { Row } from './oracle.test-support.ts';

/** What tells rows of a rollup apart for a reader; what a row stores beside it is a measure. */
const ROW_KEYS = {
  shop_hourly: ['event_date', 'event_hour', 'currency'],
  shop_daily: ['event_date', 'currency'],
  product_daily: ['event_date', 'product_id', 'sku_id', 'currency'],
  finance_daily: ['local_date', 'type', 'currency'],
} as const;
type Table = keyof typeof ROW_KEYS;
const TABLES = Object.keys(ROW_KEYS) as Table[];

const COUNTS = new Set([
  ...['orders', 'sku_orders', 'units', 'gift_units', 'cancelled_orders', 'cancelled_units'],
  ...['cancelled_orders_by_sale', 'over_refunded_orders', 'transactions'],
]);
const NO_MEASURES = new Set(['shop_key', 'epoch', 'local_date', 'event_hour', 'ver', 'at']);

interface Connection {
  readonly shopKey: string;
  readonly epoch: number;
}

async function rowsOf(
  { client }: Clickhouse,
  table: Table,
  { shopKey, epoch }: Connection,
): Promise<Record<string, string>[]> {
  const hour = table === 'shop_hourly' ? 'event_hour' : '0';
  const answer = await client.query({
    query: `SELECT *, toUnixTimestamp(${hour}) AS at
      FROM ${table} FINAL WHERE shop_key = '${shopKey}' AND epoch = ${String(epoch)}
      SETTINGS output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1`,
    format: 'JSONEachRow',
  });
  return answer.json<Record<string, string>>();
}

/** Rows as readers add them up, in ten-thousandths and without zeros; `days` are storage days. */
export function addedUp(
  table: Table,
  rows: readonly Record<string, string>[],
  days?: ReadonlySet<string>,
) {
  const key: readonly string[] = ROW_KEYS[table];
  const rollup = new Map<string, Row>();
  for (const row of rows.filter(({ local_date: day = '' }) => days?.has(day) ?? true)) {
    const name = key.map((part) => (part === 'event_hour' ? row['at'] : row[part])).join('|');
    const known = rollup.get(name) ?? {};
    for (const [column, text] of Object.entries(row)) {
      if (!NO_MEASURES.has(column) && !key.includes(column)) {
        const amount = COUNTS.has(column) ? BigInt(text) : toUnits(text);
        known[column] = (known[column] ?? 0n) + amount;
      }
    }
    rollup.set(name, known);
  }
  return withoutZeros(rollup);
}

export const rollupRows = async (clickhouse: Clickhouse, table: Table, of: Connection) =>
  addedUp(table, await rowsOf(clickhouse, table, of));

/** All four rollups as they lie in the store, with the pass that wrote each row. */
export type Sheets = ReadonlyMap<Table, readonly Record<string, string>[]>;

export async function sheetsOf(clickhouse: Clickhouse, of: Connection): Promise<Sheets> {
  const sheets = new Map<Table, Record<string, string>[]>();
  for (const table of TABLES) {
    sheets.set(table, await rowsOf(clickhouse, table, of));
  }
  return sheets;
}

/** Storage days of the rows that are written in one of the two sheets and not in the other. */
export function rewrittenDays(before: Sheets, after: Sheets): Record<string, string[]> {
  const days = (table: Table) => {
    const written = [before, after].map((sheets) => sheets.get(table) ?? []);
    const [old, now] = written.map((rows) => new Set(rows.map((row) => JSON.stringify(row))));
    const changed = written.flat().filter((row) => {
      const text = JSON.stringify(row);
      return old?.has(text) !== now?.has(text);
    });
    return [...new Set(changed.map((row) => String(row['local_date'])))].sort();
  };
  return Object.fromEntries(TABLES.map((table) => [table, days(table)]));
}
