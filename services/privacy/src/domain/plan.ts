import { DATA_MAP, shopStores, storeEntry } from '@tokometrics/contracts';
import type { StoreId } from '@tokometrics/contracts';
import { canonicalJson, sha256Hex } from '@tokometrics/kit/json';

// Sums are made from rows, so they go after the rows: a re-roll can then only find less.
const DERIVED: readonly StoreId[] = [
  'clickhouse.order_settlements',
  'clickhouse.shop_hourly',
  'clickhouse.shop_daily',
  'clickhouse.product_daily',
  'clickhouse.finance_daily',
];

function isErasedByOwner(id: StoreId): boolean {
  return ['delete', 'alter-delete'].includes(storeEntry(id).erase);
}

/**
 * Stores that their owners empty, in the order in which it is asked for: what could still feed a
 * later store goes first. The next stage begins when all of the one before have answered.
 */
export function eraseStages(): StoreId[][] {
  const stores = shopStores().filter(isErasedByOwner);
  const isDerived = (id: StoreId): boolean => DERIVED.includes(id);
  const of = (owner: string, test: (id: StoreId) => boolean): StoreId[] =>
    stores.filter((id) => storeEntry(id).owner === owner && test(id));
  const known = ['connector', 'ingestion', 'analytics'];
  return [
    of('connector', () => true),
    of('ingestion', () => true),
    of('analytics', (id) => !isDerived(id)),
    of('analytics', isDerived),
    stores.filter((id) => !known.includes(storeEntry(id).owner)),
  ].filter((stage) => stage.length > 0);
}

/** Every store that a receipt speaks of. */
export function plannedStores(): StoreId[] {
  return shopStores();
}

/** Names the version of the data map that an erasure was planned with. */
export function planHash(): string {
  return sha256Hex(canonicalJson({ stores: plannedStores(), map: DATA_MAP }));
}
