import type { StoreId } from './stores.ts';

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

const mongo = (
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
const shopMongo = (
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

const table = (
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

const topics = (
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

export const DATA_MAP = {
  'vault.tiktok-tokens': {
    owner: 'connector',
    kind: 'vault-kv',
    locator: { path: 'tiktok/<merchantId>/<authKey>' },
    scopeField: null,
    category: 'shop',
    holds: 'Access and refresh token of the authorization',
    personal: true,
    clause: 'tokens',
    retentionDays: 0,
    erase: 'destroy-metadata',
    verify: 'not-found',
    encryption: 'vault',
  },
  'vault.sealing-keys': {
    owner: 'connector',
    kind: 'vault-transit',
    locator: { path: 'k-<shopKey>-<epoch>' },
    scopeField: 'shopKey',
    category: 'shop',
    holds: 'Key that opens the sealed archive of this connection',
    personal: false,
    clause: 'tiktok',
    retentionDays: 730,
    erase: 'shred',
    verify: 'not-found',
    encryption: 'vault',
  },
  'connector.connections': shopMongo(
    'connector',
    'connections',
    'shop',
    'Connection: name, region, permissions, times',
    { encryption: 'sealed:shop' },
  ),
  'connector.oauth_states': mongo('connector', 'oauth_states', {
    category: 'shop',
    holds: 'Half-finished connections, ten minutes',
    personal: false,
    clause: 'usage',
    retentionDays: 1,
  }),
  'connector.sync_cursors': shopMongo(
    'connector',
    'sync_cursors',
    'shop',
    'How far each resource has been read',
  ),
  'connector.fetch_seq': shopMongo(
    'connector',
    'fetch_seq',
    'shop',
    'Counter of requests made for the shop',
  ),
  'connector.webhook_inbox': shopMongo(
    'connector',
    'webhook_inbox',
    'shop',
    'Notices received from TikTok Shop',
    { retentionDays: 32 },
  ),
  'connector.shop_refs': mongo('connector', 'shop_refs', {
    category: 'evidence',
    holds: 'Which key and how many connections a shop has had, by keyed hash',
    personal: false,
    clause: 'evidence',
    retentionDays: 1095,
  }),
  'ingestion.raw_events': shopMongo(
    'ingestion',
    'raw_events',
    'orders',
    'Sealed archive of every snapshot read',
    { encryption: 'sealed:shop' },
  ),
  'ingestion.entity_heads': shopMongo(
    'ingestion',
    'entity_heads',
    'orders',
    'Newest version seen of each order, product and statement',
  ),
  'ingestion.shop_state': shopMongo(
    'ingestion',
    'shop_state',
    'shop',
    'Zone and content revision of the connection',
  ),
  'clickhouse.orders': table(
    'orders',
    'orders',
    'Orders with their lines: ids, amounts, states, times',
  ),
  'clickhouse.products': table('products', 'products', 'Products: titles, prices, states'),
  'clickhouse.statements': table('statements', 'finance', 'Settlement statements'),
  'clickhouse.finance_transactions': table(
    'finance_transactions',
    'finance',
    'Lines of settlement statements',
  ),
  'clickhouse.order_settlements': table(
    'order_settlements',
    'finance',
    'What each order settled to',
  ),
  'clickhouse.shop_hourly': table('shop_hourly', 'orders', 'Sums per hour'),
  'clickhouse.shop_daily': table('shop_daily', 'orders', 'Sums per day'),
  'clickhouse.product_daily': table('product_daily', 'products', 'Sums per product and day'),
  'clickhouse.finance_daily': table('finance_daily', 'finance', 'Settlement sums per day'),
  'clickhouse.ingest_chunks': table(
    'ingest_chunks',
    'evidence',
    'Counters of stored records, no shop named',
    {
      scopeField: null,
      personal: false,
      erase: 'none',
      verify: 'none',
      clause: 'usage',
      retentionDays: 30,
    },
  ),
  'analytics.completeness': shopMongo(
    'analytics',
    'completeness',
    'shop',
    'Which ranges of each resource are complete',
  ),
  'kafka.raw': topics(['tm.raw.*'], 'orders', 'Sealed snapshots on their way to the archive', 3, {
    personal: true,
    erase: 'fence-and-expire',
    verify: 'undecryptable',
    encryption: 'sealed:shop',
  }),
  'kafka.fact': topics(
    ['tm.fact.*'],
    'orders',
    'Typed records on their way to the figures, no buyer data',
    3,
    { personal: true, erase: 'fence-and-expire', verify: 'fenced' },
  ),
  'kafka.retry': topics(['tm.retry.*'], 'orders', 'Records waiting for another try', 2, {
    personal: true,
    erase: 'fence-and-expire',
    verify: 'fenced',
  }),
  'kafka.dlq': topics(['tm.dlq.*'], 'orders', 'Sealed records that could not be read', 14, {
    personal: true,
    erase: 'fence-and-expire',
    verify: 'undecryptable',
    encryption: 'sealed:shop',
  }),
  'kafka.lifecycle': topics(
    ['tm.shop.lifecycle.v1', 'tm.account.lifecycle.v1'],
    'shop',
    'That a connection exists: identifiers and zone',
    1095,
    { clause: 'evidence' },
  ),
  'kafka.privacy': topics(
    ['tm.privacy.*'],
    'evidence',
    'Erasure commands and answers, identifiers only',
    90,
    { clause: 'evidence' },
  ),
  'kafka.notice': topics(['tm.notice.v1'], 'shop', 'Which pages should read again', 1),
  'kafka.mail': topics(
    ['tm.mail.requested.v1'],
    'account',
    'That a mail is due, without address or text',
    1,
    { clause: 'account' },
  ),
  'identity.accounts': mongo('identity', 'accounts', {
    category: 'account',
    holds: 'Name, e-mail address, password hash, preferences',
    personal: true,
    clause: 'account',
    retentionDays: 30,
    encryption: 'sealed:acct',
  }),
  'identity.sessions': mongo('identity', 'sessions', {
    category: 'account',
    holds: 'Sessions, as hashes',
    personal: true,
    clause: 'account',
    retentionDays: 30,
  }),
  'identity.login_counters': mongo('identity', 'login_counters', {
    category: 'account',
    holds: 'Counts of failed sign-ins, without address',
    personal: false,
    clause: 'usage',
    retentionDays: 90,
  }),
  'identity.verifications': mongo('identity', 'verifications', {
    category: 'account',
    holds: 'Address checks under way, as hashes',
    personal: false,
    clause: 'account',
    retentionDays: 1,
  }),
  'identity.trusted_devices': mongo('identity', 'trusted_devices', {
    category: 'account',
    holds: 'Devices that signed in before, as hashes',
    personal: true,
    clause: 'usage',
    retentionDays: 90,
  }),
  'identity.mail_outbox': mongo('identity', 'mail_outbox', {
    category: 'account',
    holds: 'Mail waiting to be sent',
    personal: true,
    clause: 'account',
    retentionDays: 30,
  }),
  'identity.audit': mongo('identity', 'audit', {
    category: 'usage',
    holds: 'Security log of the account',
    personal: true,
    clause: 'usage',
    retentionDays: 90,
  }),
  'vault.account-keys': {
    owner: 'identity',
    kind: 'vault-transit',
    locator: { path: 'a-<accountId>' },
    scopeField: null,
    category: 'account',
    holds: 'Key that opens name and address of the account',
    personal: false,
    clause: 'account',
    retentionDays: 30,
    erase: 'none',
    verify: 'none',
    encryption: 'vault',
  },
  'privacy.requests': mongo('privacy', 'requests', {
    category: 'evidence',
    holds: 'Requests and their state, identifiers only',
    personal: false,
    clause: 'evidence',
    retentionDays: 1095,
  }),
  'privacy.store_acks': mongo('privacy', 'store_acks', {
    category: 'evidence',
    holds: 'Answers of each store to an erasure',
    personal: false,
    clause: 'evidence',
    retentionDays: 1095,
  }),
  'privacy.ledger': mongo('privacy', 'ledger', {
    category: 'evidence',
    holds: 'Chained record of what was done, identifiers only',
    personal: false,
    clause: 'evidence',
    retentionDays: 1095,
  }),
  'privacy.fences': mongo('privacy', 'fences', {
    category: 'evidence',
    holds: 'Which connections are closed for good',
    personal: false,
    clause: 'evidence',
    retentionDays: 1095,
  }),
  'privacy.canaries': mongo('privacy', 'canaries', {
    category: 'evidence',
    holds: 'Random ciphertexts that prove a destroyed key',
    personal: false,
    clause: 'evidence',
    retentionDays: 1095,
  }),
  'gateway.memory': {
    owner: 'gateway',
    kind: 'memory',
    locator: { place: 'open event streams' },
    scopeField: 'shopKey',
    category: 'shop',
    holds: 'Which pages are open, until they close',
    personal: false,
    clause: 'usage',
    retentionDays: 1,
    erase: 'fence-and-expire',
    verify: 'fenced',
    encryption: 'none',
  },
  logs: {
    owner: 'all',
    kind: 'log',
    locator: { place: 'log files' },
    scopeField: null,
    category: 'usage',
    holds: 'Identifiers and times of what the services did, no personal data',
    personal: false,
    clause: 'usage',
    retentionDays: 90,
    erase: 'none',
    verify: 'none',
    encryption: 'none',
  },
  browser: {
    owner: 'gateway',
    kind: 'browser',
    locator: { place: 'cookies' },
    scopeField: null,
    category: 'account',
    holds: 'The session cookie, and nothing in browser storage',
    personal: true,
    clause: 'account',
    retentionDays: 30,
    erase: 'none',
    verify: 'none',
    encryption: 'none',
  },
} as const satisfies Record<StoreId, StoreEntry>;

export function storeEntry(id: StoreId): StoreEntry {
  return DATA_MAP[id];
}

/** Stores that an erasure of one shop must empty, shred or fence. */
export function shopStores(): StoreId[] {
  return (Object.keys(DATA_MAP) satisfies string[])
    .filter(isStoreId)
    .filter((id) => storeEntry(id).erase !== 'none');
}

function isStoreId(id: string): id is StoreId {
  return Object.hasOwn(DATA_MAP, id);
}
