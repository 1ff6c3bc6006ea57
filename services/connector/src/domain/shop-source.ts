import type { Json } from './pick-fields.ts';

export interface CallControl {
  readonly priority: 'live' | 'backfill';
  readonly signal: AbortSignal;
}

export interface PageAsk extends CallControl {
  readonly pageSize: number;
  readonly pageToken: string | undefined;
}

export interface SourcePage {
  readonly rows: readonly Json[];
  readonly nextToken: unknown;
  readonly totalCount: number | undefined;
  /** Sequence of the request, taken before it was sent. */
  readonly seq: number;
  /** Epoch seconds. */
  readonly fetchedAt: number;
}

/** Half-open bounds in epoch seconds; an absent one is open. */
export interface Bounds {
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

/** What the sync asks of one shop. */
export interface ShopSource {
  readonly ordersUpdated: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  readonly ordersCreated: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  readonly ordersById: (ids: readonly string[], control: CallControl) => Promise<SourcePage>;
  readonly productsUpdated: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  readonly productsCreated: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  /** Stock by the SKU, of at most a hundred products. */
  readonly inventory: (productIds: readonly string[], control: CallControl) => Promise<SourcePage>;
  readonly statements: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  readonly payments: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  /** All that no statement has yet: whoever settles leaves this list without a word. */
  readonly unsettled: (ask: PageAsk) => Promise<SourcePage>;
  readonly transactions: (statementId: string, ask: PageAsk) => Promise<SourcePage>;
}
