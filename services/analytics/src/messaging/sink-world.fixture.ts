import type { Step } from '@tokometrics/testkit';
import type { Bucket, DirtyBuckets, GuardBatch } from '../domain/dirty-buckets.ts';
import { batchesOf, bucketKey } from '../domain/dirty-buckets.ts';
import { COLUMNS } from '../domain/fact-rows.ts';
import type { BaseTable } from '../domain/fact-rows.ts';
import type { Scope } from '../domain/read-fact.ts';

/** What tells rows of a table apart, besides shop and connection. */
const KEYS: Readonly<Partial<Record<BaseTable, readonly string[]>>> = {
  orders: ['order_id'],
  order_settlements: ['order_id', 'transaction_id'],
  finance_transactions: ['statement_id', 'transaction_id'],
  products: ['product_id'],
  sku_prices: ['sku_id', 'price_date'],
  gaps: ['resource', 'entity_id'],
};
/** Which base table each rollup sums up, by the days that a pass is given. */
export const ROLLED = {
  order: 'orders',
  settlement: 'order_settlements',
  finance: 'finance_transactions',
} as const;
export type Rolled = keyof typeof ROLLED;

/** Key of a row → its newest version: of a bucket, what its rollup was made of. */
export type Versions = ReadonlyMap<string, bigint>;

interface BaseRow {
  readonly bucket: string;
  readonly scope: string;
  readonly ver: bigint;
  /** All of its cells but the one that says which version of the schema it was written by. */
  readonly content: string;
}

const scopeKey = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;

export interface KeyedRow extends BaseRow {
  readonly key: string;
}

/** What ClickHouse would order a line by, and which version of it this is. */
export function rowOf(table: BaseTable, line: string): KeyedRow {
  const columns: readonly string[] = COLUMNS[table];
  const cells = line.trimEnd().split('\t');
  const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
  const scope = `${cell('shop_key')}:${cell('epoch')}`;
  const key = [scope, ...(KEYS[table] ?? []).map(cell)].join('|');
  const content = cells.filter((_cell, index) => columns[index] !== 'schema_version').join('\t');
  return {
    key,
    scope,
    bucket: `${scope}:${cell('local_date')}`,
    ver: BigInt(cell('ver')),
    content,
  };
}

/** ClickHouse as far as the sink relies on it: the newest version of a key is the row. */
export function createTables() {
  const base = new Map<BaseTable, Map<string, BaseRow>>();
  const rollups = new Map<string, { readonly instant: number; readonly rows: Versions }>();
  let instant = 0;

  const insert = (table: BaseTable, lines: readonly string[]): void => {
    const rows = base.get(table) ?? new Map<string, BaseRow>();
    for (const line of lines) {
      const { key, ...row } = rowOf(table, line);
      const known = rows.get(key);
      if (known === undefined || row.ver >= known.ver) {
        rows.set(key, row);
      }
    }
    base.set(table, rows);
  };

  const versionsOf = (rolled: Rolled, bucket: string): Versions =>
    new Map(
      [...(base.get(ROLLED[rolled]) ?? [])].flatMap(([key, row]) =>
        row.bucket === bucket ? [[key, row.ver] as const] : [],
      ),
    );

  return {
    insert,
    /** Whether the row of this line is there, in this version or a newer one. */
    holds: (table: BaseTable, line: string): boolean => {
      const { key, ver } = rowOf(table, line);
      return (base.get(table)?.get(key)?.ver ?? -1n) >= ver;
    },
    /** As a pass does it: an instant, what is there at it, and later the write. */
    nextInstant: () => (instant += 1),
    versionsOf,
    roll: (rolled: Rolled, bucket: string, at: number, rows: Versions) => {
      const name = `${rolled} ${bucket}`;
      if ((rollups.get(name)?.instant ?? 0) <= at) {
        rollups.set(name, { instant: at, rows });
      }
    },
    rollup: (rolled: Rolled, bucket: string): Versions =>
      rollups.get(`${rolled} ${bucket}`)?.rows ?? new Map(),
    rowsOf: (table: BaseTable): KeyedRow[] =>
      [...(base.get(table) ?? [])].map(([key, row]) => ({ key, ...row })),
    /** Of what is missing: by its rows alone nobody can say which closed it. */
    contents: (): Record<string, string> =>
      Object.fromEntries(
        [...base]
          .filter(([table]) => table !== 'gaps')
          .flatMap(([table, rows]) =>
            [...rows].map(([key, row]) => [`${table} ${key}`, row.content] as const),
          ),
      ),
    buckets: (): [Rolled, string][] =>
      [...rollups.keys()].map((name) => name.split(' ') as [Rolled, string]),
    erase: (scope: Scope) => {
      for (const rows of base.values()) {
        for (const [key, row] of rows) {
          if (row.scope === scopeKey(scope)) {
            rows.delete(key);
          }
        }
      }
      for (const name of rollups.keys()) {
        if (name.split(' ')[1]?.startsWith(`${scopeKey(scope)}:`) === true) {
          rollups.delete(name);
        }
      }
    },
    countOf: (scope: Scope): number =>
      [...base.values()]
        .flatMap((rows) => [...rows.values()])
        .filter((row) => row.scope === scopeKey(scope)).length +
      [...rollups.keys()].filter((name) => name.includes(` ${scopeKey(scope)}:`)).length,
  };
}

export type Tables = ReturnType<typeof createTables>;

const BUCKETS_PER_BATCH = 2;

/** The pass over dirty buckets as ClickHouse makes it, for each batch one statement to read and one to write. */
export function createPass(tables: Tables, step: Step) {
  const rollBatch = async (rolled: Rolled, buckets: readonly Bucket[]): Promise<[]> => {
    const keys = buckets.map(bucketKey);
    const { at, found } = await step(() => ({
      at: tables.nextInstant(),
      found: keys.map((key) => tables.versionsOf(rolled, key)),
    }));
    await step(() => {
      keys.forEach((key, index) => {
        tables.roll(rolled, key, at, found[index] ?? new Map());
      });
    });
    return [];
  };
  const unguarded: GuardBatch = (batch, roll) => roll(batch);
  return async (
    { order, settlement, finance }: DirtyBuckets,
    guardBatch = unguarded,
  ): Promise<void> => {
    const kinds = { order, settlement: [...order, ...settlement], finance };
    for (const rolled of ['order', 'settlement', 'finance'] as const) {
      for (const batch of batchesOf(kinds[rolled], BUCKETS_PER_BATCH)) {
        await guardBatch(batch, (open) => rollBatch(rolled, open));
      }
    }
  };
}
