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
