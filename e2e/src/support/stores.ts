import { DATA_MAP } from '@tokometrics/contracts';
import type { StoreEntry, StoreId } from '@tokometrics/contracts';
import { createLogger, createMongo } from '@tokometrics/kit';
import { z } from 'zod';
import { askTables } from './clickhouse.ts';
import type { System } from './start-system.ts';

/**
 * What is left of a shop, by the test's own queries: one line per store that still has rows. Nothing
 * of the product's verifier is used here.
 */
export async function countLeft(system: System, shopKey: string): Promise<string[]> {
  const left: string[] = [];
  for (const [id, entry] of entries()) {
    const rows = await countRows(system, entry, shopKey);
    if (rows > 0) {
      left.push(`${id}: ${String(rows)}`);
    }
  }
  return left;
}

function entries(): [StoreId, StoreEntry][] {
  return (Object.keys(DATA_MAP) as StoreId[]).map((id) => [id, DATA_MAP[id]]);
}

function countRows(system: System, entry: StoreEntry, shopKey: string): Promise<number> {
  const { locator, scopeField } = entry;
  if (scopeField === null) {
    return Promise.resolve(0);
  }
  if ('collection' in locator) {
    return countDocuments(system, locator, { [scopeField]: shopKey });
  }
  // Some tables are of accounts; what belongs to a shop names it.
  return 'table' in locator && scopeField === 'shop_key'
    ? countTable(system, locator.table, shopKey)
    : Promise.resolve(0);
}

const log = createLogger({ service: 'e2e', level: 'silent' });

async function countDocuments(
  { stack }: System,
  { database, collection }: { readonly database: string; readonly collection: string },
  filter: object,
): Promise<number> {
  const env = stack.services[database]?.env ?? {};
  const mongo = createMongo({
    url: env['MONGO_URL'] ?? '',
    database: env['MONGO_DATABASE'] ?? database,
    log,
  });
  await mongo.start();
  try {
    return await mongo.collection(collection).countDocuments(filter);
  } finally {
    await mongo.stop();
  }
}

async function countTable(system: System, table: string, shopKey: string): Promise<number> {
  const [row] = await askTables(
    system,
    `SELECT toString(count()) AS n FROM ${table} WHERE shop_key = {shop:String}`,
    { shop: shopKey },
    z.object({ n: z.string() }),
  );
  return Number(row?.n ?? 0);
}
