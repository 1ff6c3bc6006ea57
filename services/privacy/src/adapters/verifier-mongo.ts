import { DATA_MAP, storeEntry, STORE_IDS } from '@tokometrics/contracts';
import type { StoreId } from '@tokometrics/contracts';
import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { Scope, StoreReader } from './store-reader.ts';

/** Read-only view of one service's database. */
export type DatabaseReader = Pick<Mongo, 'collection' | 'connection'>;

interface Scoped {
  readonly [field: string]: unknown;
  readonly epoch?: unknown;
}

function collectionOf(storeId: StoreId): string | undefined {
  const { locator } = storeEntry(storeId);
  return 'collection' in locator ? locator.collection : undefined;
}

export function createMongoVerifier(
  databaseOf: (owner: string) => DatabaseReader,
  owners: readonly string[],
): StoreReader {
  const stores = STORE_IDS.filter((id) => storeEntry(id).kind === 'mongo');
  const open = (storeId: StoreId) =>
    databaseOf(storeEntry(storeId).owner).collection<Scoped>(collectionOf(storeId) ?? '');
  // One predicate for the count before, the proof after and the control: they stand or fall together.
  const filterOf = (storeId: StoreId, { shopKey, throughEpoch }: Scope) => ({
    [storeEntry(storeId).scopeField ?? 'shopKey']: shopKey,
    epoch: { $lte: throughEpoch },
  });
  const count = (storeId: StoreId, scope: Scope): Promise<number> =>
    mongoErrors(() => open(storeId).countDocuments(filterOf(storeId, scope)));

  return {
    stores,
    count,
    isPredicateValid: async (storeId) => {
      const sample = await mongoErrors(() => open(storeId).findOne({}));
      if (sample === null) {
        return true; // an empty store needs no predicate
      }
      const shopKey = sample[storeEntry(storeId).scopeField ?? 'shopKey'];
      const { epoch } = sample;
      return (
        typeof shopKey === 'string' &&
        typeof epoch === 'number' &&
        (await count(storeId, { shopKey, throughEpoch: epoch })) > 0
      );
    },
    unmapped: async () => {
      const found = await Promise.all(
        owners.map(async (owner) => {
          const { db } = databaseOf(owner).connection;
          const names = await mongoErrors(
            async () => (await db?.listCollections().toArray()) ?? [],
          );
          return names.map(({ name }) => ({ owner, name }));
        }),
      );
      return found
        .flat()
        .filter(({ name }) => !name.startsWith('system.'))
        .filter(({ owner, name }) => !isMapped(owner, name))
        .map(({ owner, name }) => `mongo:${owner}.${name}`);
    },
  };
}

function isMapped(owner: string, collection: string): boolean {
  return Object.values(DATA_MAP).some(
    ({ kind, locator }) =>
      kind === 'mongo' &&
      'collection' in locator &&
      locator.database === owner &&
      locator.collection === collection,
  );
}
