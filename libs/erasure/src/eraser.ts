import type { ShopKey, StoreId } from '@tokometrics/contracts';

export interface ErasureScope {
  readonly shopKey: ShopKey;
  readonly throughEpoch: number;
}

export interface Erased {
  /** What was there when this attempt began, and what this attempt removed. */
  readonly found: number;
  readonly removed: number;
  /** Until when bytes may stay in files, when the store cannot remove them at once. */
  readonly physicalBy?: string;
}

export interface Eraser {
  readonly storeId: StoreId;
  /**
   * Idempotent; resolves only when a last look found nothing left. `note` hears what this attempt has
   * seen so far, so that it is known also when the attempt fails behind it; the answer replaces it.
   */
  erase(scope: ErasureScope, note?: (seen: Erased) => void): Promise<Erased>;
}
