import { setTimeout } from 'node:timers/promises';
import type { StoreId } from '@tokometrics/contracts';
import {
  epoch as epochSchema,
  shopKey as shopKeySchema,
  storeEntry,
  STORE_IDS,
} from '@tokometrics/contracts';
import type { Erased, Eraser, ErasureScope } from '@tokometrics/erasure';
import type { Clickhouse } from '@tokometrics/kit';
import { AppError } from '@tokometrics/kit';
import { z } from 'zod';
import { insertsAtWork } from './inserts-at-work.ts';

const countRow = z.object({ n: z.string() });

/** As long as a request waits for its answer: a mutation may go on for that long behind one that gave up. */
const MUTATION_MS = 60_000;
const PAUSE_MS = 250;
const OPEN_MUTATIONS = `
SELECT toString(count()) AS n FROM system.mutations
WHERE database = currentDatabase() AND table = {table:String} AND is_done = 0
  AND position(command, {shop:String}) > 0`;

/** One eraser per table of the data map that names a shop. */
export function createClickhouseErasers(
  clickhouse: Clickhouse,
  options: { readonly mutationMs?: number } = {},
): Eraser[] {
  return shopTables().map(({ storeId, table }) => ({
    storeId,
    erase: (scope, note) => eraseTable(clickhouse, { table, ...options }, scope, note),
  }));
}

export function shopTables(): { storeId: StoreId; table: string }[] {
  return STORE_IDS.flatMap((storeId) => {
    const { locator, erase } = storeEntry(storeId);
    return erase === 'alter-delete' && 'table' in locator
      ? [{ storeId, table: locator.table }]
      : [];
  });
}

/**
 * Rewrites the parts that hold the scope and waits for all replicas; a mask over the rows would leave
 * them on disk. The scope is spliced, because mutations take no parameters: both parts are checked.
 * Whoever has no answer does not know whether the store goes on with it: what counts is what is left.
 */
async function eraseTable(
  clickhouse: Clickhouse,
  { table, mutationMs = MUTATION_MS }: { readonly table: string; readonly mutationMs?: number },
  scope: ErasureScope,
  note: (seen: Erased) => void = () => undefined,
): Promise<Erased> {
  const shop = shopKeySchema.parse(scope.shopKey);
  const through = epochSchema.parse(scope.throughEpoch);
  // Behind the fence none begins for the scope, but one from before it may still run for nobody.
  const before = await insertsAtWork(clickhouse, [table]);
  await before.ended();
  const count = async (): Promise<number> => {
    const [row] = await clickhouse.query(
      `SELECT toString(count()) AS n FROM ${table}
       WHERE shop_key = {shop:FixedString(26)} AND epoch <= {through:UInt32}`,
      { shop, through },
      countRow,
    );
    return Number(row?.n ?? 'NaN');
  };
  const found = await count();
  note({ found, removed: 0 });
  const failure =
    found > 0 ? await failureOf(clickhouse.command(removal(table, shop, through))) : undefined;
  const isOver = await areMutationsOver(clickhouse, { table, shop, mutationMs });
  const left = await count();
  const seen = { found, removed: Math.max(0, found - left) };
  note(seen);
  if (left !== 0 || !isOver) {
    throw (
      failure ?? new AppError('upstream.unavailable', 'rows of an erased scope are still there')
    );
  }
  return seen;
}

const removal = (table: string, shop: string, through: number): string =>
  `ALTER TABLE ${table} DELETE WHERE shop_key = '${shop}' AND epoch <= ${String(through)}
   SETTINGS mutations_sync = 2`;

const failureOf = (work: Promise<void>): Promise<Error | undefined> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error : new Error('unknown')),
  );

/**
 * Whether the store is done with all removals of this shop, whoever asked for them, before the time is
 * over. Those of other shops hold nobody up: a part bears all mutations before the last that it has seen.
 */
async function areMutationsOver(
  clickhouse: Clickhouse,
  of: { readonly table: string; readonly shop: string; readonly mutationMs: number },
): Promise<boolean> {
  const until = performance.now() + of.mutationMs;
  for (;;) {
    const [row] = await clickhouse.query(
      OPEN_MUTATIONS,
      { table: of.table, shop: of.shop },
      countRow,
    );
    if (row?.n === '0') {
      return true;
    }
    if (performance.now() >= until) {
      return false;
    }
    await setTimeout(PAUSE_MS);
  }
}
