import { isJson } from '../../domain/pick-fields.ts';
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
}

const SORT_BY = (field: string, order: 'ASC' | 'DESC') => ({
  sort_field: field,
  sort_order: order,
});

export function createShopSource(options: ShopSourceOptions): ShopSource {
  const read = async (listing: Listing, ask: Ask): Promise<SourcePage> => {
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
    const rows = reply.data[listing.list];
    const totalCount = reply.data['total_count'];
    return {
      rows: Array.isArray(rows) ? rows.filter(isJson) : [],
      nextToken: reply.data['next_page_token'],
      totalCount: typeof totalCount === 'number' ? totalCount : undefined,
      seq,
      fetchedAt: options.nowS(),
    };
  };

  const orders =
    (field: 'create_time' | 'update_time', order: 'ASC' | 'DESC') =>
    (bounds: Bounds, ask: Ask): Promise<SourcePage> =>
      read(
        {
          name: 'orders.search',
          list: 'orders',
          query: SORT_BY(field, order),
          body: present({ [`${field}_ge`]: bounds.from, [`${field}_lt`]: bounds.to }),
        },
        ask,
      );

  // Products know no half-open bound: `_le` is the last second that is still in.
  const products =
    (field: 'create_time' | 'update_time') =>
    (bounds: Bounds, ask: Ask): Promise<SourcePage> =>
      read(
        {
          name: 'products.search',
          list: 'products',
          body: present({
            [`${field}_ge`]: bounds.from === 0 ? undefined : bounds.from,
            [`${field}_le`]: bounds.to === undefined ? undefined : bounds.to - 1,
          }),
        },
        ask,
      );

  return {
    ordersUpdated: orders('update_time', 'ASC'),
    ordersCreated: orders('create_time', 'DESC'),
    ordersById: (ids, control) =>
      read({ name: 'orders.detail', list: 'orders', query: { ids: ids.join(',') } }, control),
    productsUpdated: products('update_time'),
    productsCreated: products('create_time'),
    statements: (bounds, ask) =>
      read(
        {
          name: 'statements.list',
          list: 'statements',
          query: {
            ...SORT_BY('statement_time', 'DESC'),
            ...text({ statement_time_ge: bounds.from, statement_time_lt: bounds.to }),
          },
        },
        ask,
      ),
    transactions: (statementId, ask) =>
      read(
        {
          name: 'statements.transactions',
          list: 'transactions',
          ids: { statement_id: statementId },
          query: SORT_BY('order_create_time', 'ASC'),
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
