import type { StoreId } from '@tokometrics/contracts';

export interface Scope {
  readonly shopKey: string;
  readonly throughEpoch: number;
}

/** One kind of store, seen by a principal that can only read. */
export interface StoreReader {
  readonly stores: readonly StoreId[];
  count(storeId: StoreId, scope: Scope): Promise<number>;
  /**
   * Whether the predicate finds what is there: tried with the scope of some record of the store.
   * A misspelt field would find nothing, and nothing is what a proof must not rest on.
   */
  isPredicateValid(storeId: StoreId): Promise<boolean>;
  /** What exists beside the data map. */
  unmapped(): Promise<string[]>;
}
