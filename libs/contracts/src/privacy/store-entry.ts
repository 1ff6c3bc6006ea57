export type Category =
  'account' | 'shop' | 'orders' | 'products' | 'finance' | 'usage' | 'evidence';

/** Clauses of the policy, as data: what is kept, from when, and for how long at most. */
export const CLAUSES = {
  account: { section: '6', quote: 'account data', maxDays: 30, anchor: 'account deletion' },
  tiktok: { section: '6', quote: 'TikTok Shop data', maxDays: 730, anchor: 'the event' },
  usage: { section: '6', quote: 'usage logs', maxDays: 90, anchor: 'the event' },
  tokens: { section: '6', quote: 'OAuth tokens', maxDays: 0, anchor: 'disconnection' },
  evidence: {
    section: '8',
    quote: 'proof of an answered request',
    maxDays: 1095,
    anchor: 'the answer',
  },
} as const;
export type ClauseId = keyof typeof CLAUSES;

export type Locator =
  | { readonly database: string; readonly collection: string }
  | { readonly table: string }
  | { readonly topics: readonly string[] }
  | { readonly path: string }
  | { readonly place: string };

export interface StoreEntry {
  readonly owner: string;
  readonly kind:
    'mongo' | 'clickhouse' | 'kafka' | 'vault-kv' | 'vault-transit' | 'memory' | 'log' | 'browser';
  readonly locator: Locator;
  /** Field that names the shop; null where records belong to an account or to nobody. */
  readonly scopeField: string | null;
  readonly category: Category;
  /** In plain words, for the page "What we hold". */
  readonly holds: string;
  readonly personal: boolean;
  readonly clause: ClauseId;
  readonly retentionDays: number;
  /** How a disconnected shop's data leaves: or that none of it is ever here. */
  readonly erase:
    'delete' | 'alter-delete' | 'destroy-metadata' | 'shred' | 'fence-and-expire' | 'none';
  readonly verify: 'count' | 'not-found' | 'undecryptable' | 'fenced' | 'none';
  readonly encryption: 'none' | 'sealed:shop' | 'sealed:acct' | 'vault';
}

export const mongo = (
  owner: string,
  collection: string,
  rest: Pick<StoreEntry, 'category' | 'holds' | 'personal' | 'clause' | 'retentionDays'> &
    Partial<StoreEntry>,
): StoreEntry => ({
  owner,
  kind: 'mongo',
  locator: { database: owner, collection },
  scopeField: null,
  erase: 'none',
  verify: 'none',
  encryption: 'none',
  ...rest,
});

/** A MongoDB collection of one shop's data: deleted by (shopKey, epoch), proven by a count of zero. */
export const shopMongo = (
  owner: string,
  collection: string,
  category: Category,
  holds: string,
  rest: Partial<StoreEntry> = {},
): StoreEntry =>
  mongo(owner, collection, {
    category,
    holds,
    personal: true,
    clause: 'tiktok',
    retentionDays: 730,
    scopeField: 'shopKey',
    erase: 'delete',
    verify: 'count',
    ...rest,
  });

export const table = (
  name: string,
  category: Category,
  holds: string,
  rest: Partial<StoreEntry> = {},
): StoreEntry => ({
  owner: 'analytics',
  kind: 'clickhouse',
  locator: { table: name },
  scopeField: 'shop_key',
  category,
  holds,
  personal: true,
  clause: 'tiktok',
  retentionDays: 730,
  erase: 'alter-delete',
  verify: 'count',
  encryption: 'none',
  ...rest,
});

export const topics = (
  names: readonly string[],
  category: Category,
  holds: string,
  retentionDays: number,
  rest: Partial<StoreEntry> = {},
): StoreEntry => ({
  owner: 'kafka',
  kind: 'kafka',
  locator: { topics: names },
  scopeField: 'tm_shopkey',
  category,
  holds,
  personal: false,
  clause: 'tiktok',
  retentionDays,
  erase: 'none',
  verify: 'none',
  encryption: 'none',
  ...rest,
});
