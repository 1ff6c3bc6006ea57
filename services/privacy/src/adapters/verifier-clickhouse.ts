import { storeEntry, STORE_IDS } from '@tokometrics/contracts';
import type { StoreId } from '@tokometrics/contracts';
import type { Clickhouse } from '@tokometrics/kit';
import { z } from 'zod';
import type { Scope, StoreReader } from './store-reader.ts';

const countRow = z.object({ records: z.coerce.number().int() });
const scopeRow = z.object({ shop_key: z.string(), epoch: z.coerce.number().int() });
const nameRow = z.object({ name: z.string() });

/** Tables that hold no data of anyone; each with the reason why it is not on the data map. */
const NO_DATA: Readonly<Record<string, string>> = {
  schema_migrations: 'names of the schema migrations that were applied, and when; nothing else',
};

function tableOf(storeId: StoreId): string {
  const { locator } = storeEntry(storeId);
  return 'table' in locator ? locator.table : '';
}

/** Rows of one account, in a table that belongs to accounts. */
export async function countOfAccount(
  clickhouse: Pick<Clickhouse, 'query'>,
  storeId: StoreId,
  accountId: string,
): Promise<number> {
  const rows = await clickhouse.query(
    `SELECT count() AS records FROM ${tableOf(storeId)} FINAL WHERE account_id = {accountId:String}`,
    { accountId },
    countRow,
  );
  return rows[0]?.records ?? 0;
}

/** Counts every row, also the replaced and the deleted ones that readers no longer see. */
export function createClickhouseVerifier(clickhouse: Pick<Clickhouse, 'query'>): StoreReader {
  const stores = STORE_IDS.filter((id) => storeEntry(id).kind === 'clickhouse');
  // Names come from the data map, a constant; values are bound.
  const count = async (storeId: StoreId, scope: Scope): Promise<number> => {
    const rows = await clickhouse.query(
      `SELECT count() AS records FROM ${tableOf(storeId)}
       WHERE ${storeEntry(storeId).scopeField ?? 'shop_key'} = {shopKey:String} AND epoch <= {throughEpoch:UInt32}`,
      { ...scope },
      countRow,
    );
    return rows[0]?.records ?? 0;
  };

  return {
    stores,
    count,
    isPredicateValid: async (storeId) => {
      const [sample] = await clickhouse.query(
        `SELECT toString(shop_key) AS shop_key, epoch FROM ${tableOf(storeId)} LIMIT 1`,
        {},
        scopeRow,
      );
      return (
        sample === undefined ||
        (await count(storeId, { shopKey: sample.shop_key, throughEpoch: sample.epoch })) > 0
      );
    },
    unmapped: async () => {
      // A view keeps nothing of its own.
      const tables = await clickhouse.query(
        `SELECT name FROM system.tables
         WHERE database = currentDatabase() AND engine != 'View'`,
        {},
        nameRow,
      );
      // A detached part is out of reach of every deletion and may be attached again.
      const detached = await clickhouse.query(
        `SELECT DISTINCT table AS name FROM system.detached_parts WHERE database = currentDatabase()`,
        {},
        nameRow,
      );
      const mapped = new Set(stores.map(tableOf));
      return [
        ...tables
          .filter(({ name }) => !mapped.has(name) && !Object.hasOwn(NO_DATA, name))
          .map(({ name }) => `clickhouse:${name}`),
        ...detached.map(({ name }) => `clickhouse:${name}:detached`),
      ];
    },
  };
}
