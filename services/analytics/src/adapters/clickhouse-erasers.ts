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

const countRow = z.object({ n: z.string() });
const writerRow = z.object({ query_id: z.string() });

const WRITER_LOOKS = 100;
const WRITER_PAUSE_MS = 100;

/** One eraser per table of the data map that names a shop. */
export function createClickhouseErasers(clickhouse: Clickhouse): Eraser[] {
  return shopTables().map(({ storeId, table }) => ({
    storeId,
    erase: (scope) => eraseTable(clickhouse, table, scope),
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
 */
async function eraseTable(
  clickhouse: Clickhouse,
  table: string,
  scope: ErasureScope,
): Promise<Erased> {
  const shop = shopKeySchema.parse(scope.shopKey);
  const through = epochSchema.parse(scope.throughEpoch);
  await writersEnded(clickhouse, table);
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
  if (found > 0) {
    await clickhouse.command(
      `ALTER TABLE ${table} DELETE WHERE shop_key = '${shop}' AND epoch <= ${String(through)}
       SETTINGS mutations_sync = 2`,
    );
  }
  const left = await count();
  const open = await openMutations(clickhouse, table);
  if (left !== 0 || open !== 0) {
    throw new AppError('upstream.unavailable', 'rows of an erased scope are still there');
  }
  return { found, removed: found };
}

async function openMutations(clickhouse: Clickhouse, table: string): Promise<number> {
  const [row] = await clickhouse.query(
    `SELECT toString(count()) AS n FROM system.mutations
     WHERE database = currentDatabase() AND table = {table:String} AND is_done = 0`,
    { table },
    countRow,
  );
  return Number(row?.n ?? 'NaN');
}

/**
 * Resolves when no statement is at work that wrote into the table when this was asked. Behind the fence
 * none begins for the scope, but one whose answer was lost may still run for nobody, and would write
 * behind the erasure what it has read before it.
 */
async function writersEnded(clickhouse: Clickhouse, table: string): Promise<void> {
  const first = new Set(await writersOf(clickhouse, table));
  let left = first.size;
  for (let look = 0; left > 0; look += 1) {
    if (look === WRITER_LOOKS) {
      throw new AppError(
        'upstream.unavailable',
        'a statement from before the erasure still writes',
      );
    }
    await setTimeout(WRITER_PAUSE_MS);
    left = (await writersOf(clickhouse, table)).filter((id) => first.has(id)).length;
  }
}

async function writersOf(clickhouse: Clickhouse, table: string): Promise<string[]> {
  const rows = await clickhouse.query(
    `SELECT query_id FROM system.processes
     WHERE query_kind = 'Insert' AND position(query, concat('INSERT INTO ', {table:String}, ' ')) > 0`,
    { table },
    writerRow,
  );
  return rows.map(({ query_id: id }) => id);
}
