import { markOrigin, withNewTrace } from '@tokometrics/kit';
import { isJson } from '../../domain/pick-fields.ts';
import type { Json } from '../../domain/pick-fields.ts';
import type { Bounds, CallControl, ShopSource, SourcePage } from '../../domain/shop-source.ts';
import type { CallName } from './calls.ts';
import type { Credentials, Lane, TikTokClient } from './tiktok-client.ts';

export interface ShopSourceOptions {
  readonly client: TikTokClient;
  readonly cipher: string;
  readonly credentials: Credentials;
  readonly lane: Lane;
  /** Counts the shop's requests up; durable, so that a restart never repeats a number. */
  readonly nextSeq: () => Promise<number>;
  readonly nowS: () => number;
}

interface Ask extends CallControl {
  readonly pageSize?: number;
  readonly pageToken?: string | undefined;
}

interface Listing {
  readonly name: CallName;
  readonly list: string;
  readonly ids?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Where the entities lie within what is listed. */
  readonly rowsOf?: (listed: Json) => Json[];
}

function sortBy(field: string, order: 'ASC' | 'DESC'): Record<string, string> {
  return { sort_field: field, sort_order: order };
}

async function readListing(
  options: ShopSourceOptions,
  listing: Listing,
  ask: Ask,
): Promise<SourcePage> {
  let seq = 0;
  const reply = await options.client.call({
    name: listing.name,
    ids: listing.ids ?? {},
    query: {
      ...listing.query,
      ...(ask.pageSize === undefined ? {} : { page_size: String(ask.pageSize) }),
      ...(ask.pageToken === undefined ? {} : { page_token: ask.pageToken }),
    },
    ...(listing.body === undefined ? {} : { body: listing.body }),
    cipher: options.cipher,
    credentials: options.credentials,
    lane: options.lane,
    priority: ask.priority,
    signal: ask.signal,
    beforeAttempt: async () => {
      seq = await options.nextSeq();
    },
  });
  const list = reply.data[listing.list];
  const listed = Array.isArray(list) ? list.filter(isJson) : [];
  const rows = listing.rowsOf === undefined ? listed : listed.flatMap(listing.rowsOf);
  // What is sent of this page later belongs to the trace of the call that brought it.
  rows.forEach(markOrigin);
  const totalCount = reply.data['total_count'];
  return {
    rows,
    nextToken: reply.data['next_page_token'],
    totalCount: typeof totalCount === 'number' ? totalCount : undefined,
    seq,
    fetchedAt: options.nowS(),
  };
}

type TimeField = 'create_time' | 'update_time';

function ordersBy(field: TimeField, order: 'ASC' | 'DESC', bounds: Bounds): Listing {
  return {
    name: 'orders.search',
    list: 'orders',
    query: sortBy(field, order),
    body: present({ [`${field}_ge`]: bounds.from, [`${field}_lt`]: bounds.to }),
  };
}

/** Products know no half-open bound: `_le` is the last second that is still in. */
function productsBy(field: TimeField, { from, to }: Bounds): Listing {
  return {
    name: 'products.search',
    list: 'products',
    body: present({
      [`${field}_ge`]: from === 0 ? undefined : from,
      [`${field}_le`]: to === undefined ? undefined : to - 1,
    }),
  };
}

/** Stock is listed by product, and is of its SKUs. */
function skusOf(product: Json): Json[] {
  const { product_id, skus } = product;
  return Array.isArray(skus) ? skus.filter(isJson).map((sku) => ({ ...sku, product_id })) : [];
}

export function createShopSource(options: ShopSourceOptions): ShopSource {
  const read = (listing: Listing, ask: Ask): Promise<SourcePage> =>
    withNewTrace('page read', { 'tiktok.call': listing.name }, () =>
      readListing(options, listing, ask),
    );
  return {
    ordersUpdated: (bounds, ask) => read(ordersBy('update_time', 'ASC', bounds), ask),
    ordersCreated: (bounds, ask) => read(ordersBy('create_time', 'DESC', bounds), ask),
    ordersById: (ids, control) =>
      read({ name: 'orders.detail', list: 'orders', query: { ids: ids.join(',') } }, control),
    productsUpdated: (bounds, ask) => read(productsBy('update_time', bounds), ask),
    productsCreated: (bounds, ask) => read(productsBy('create_time', bounds), ask),
    inventory: (productIds, control) =>
      read(
        {
          name: 'inventory.search',
          list: 'inventory',
          body: { product_ids: productIds },
          rowsOf: skusOf,
        },
        control,
      ),
    statements: (bounds, ask) =>
      read(
        {
          name: 'statements.list',
          list: 'statements',
          query: {
            ...sortBy('statement_time', 'DESC'),
            ...text({ statement_time_ge: bounds.from, statement_time_lt: bounds.to }),
          },
        },
        ask,
      ),
    payments: (bounds, ask) =>
      read(
        {
          name: 'payments.list',
          list: 'payments',
          query: {
            ...sortBy('create_time', 'DESC'),
            ...text({ create_time_ge: bounds.from, create_time_lt: bounds.to }),
          },
        },
        ask,
      ),
    unsettled: (ask) =>
      read(
        {
          name: 'unsettled.list',
          list: 'transactions',
          query: sortBy('order_create_time', 'ASC'),
        },
        ask,
      ),
    transactions: (statementId, ask) =>
      read(
        {
          name: 'statements.transactions',
          list: 'transactions',
          ids: { statement_id: statementId },
          query: sortBy('order_create_time', 'ASC'),
        },
        ask,
      ),
  };
}

function present(values: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const kept: Record<string, number> = {};
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) {
      kept[key] = value;
    }
  }
  return kept;
}

function text(values: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(present(values)).map(([key, value]) => [key, String(value)]),
  );
}
