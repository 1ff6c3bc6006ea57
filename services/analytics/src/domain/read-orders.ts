import { AppError } from '@tokometrics/kit/errors';
import type { Cursors } from './cursor.ts';
import { createKnowledge } from './knowledge.ts';
import { orderDetailOf, orderRowOf } from './order-view.ts';
import type {
  OrderColumns,
  OrderColumnsWithLines,
  OrderRefund,
  OrderTransaction,
} from './order-view.ts';
import { resolveWindow, wholeWindow } from './query-window.ts';
import type { WindowRequest } from './query-window.ts';
import { freshnessOf, metaOf } from './reply-meta.ts';
import { shownFrom } from './retention.ts';
import { openShop } from './shop-access.ts';
import type { ShopAccessDeps } from './shop-access.ts';

interface Scoped {
  readonly shopKey: string;
  readonly epoch: number;
  readonly cutoff: string;
}

interface OrdersPageParams extends Scoped {
  readonly from: string;
  readonly to: string;
  readonly status: string;
  readonly search: string;
  readonly afterDate: string;
  readonly afterCreated: number;
  readonly afterOrder: string;
  readonly limit: number;
}

export interface OrdersDeps extends ShopAccessDeps {
  readonly ordersPage: (params: OrdersPageParams) => Promise<readonly OrderColumns[]>;
  readonly orderRefunds: (
    params: Scoped & { storedFrom: string; storedTo: string; orderIds: readonly string[] },
  ) => Promise<readonly OrderRefund[]>;
  readonly orderStatuses: (
    params: Scoped & { from: string; to: string },
  ) => Promise<readonly { status: string; orders: number }[]>;
  readonly orderDetail: (
    params: Scoped & { orderId: string },
  ) => Promise<OrderColumnsWithLines | undefined>;
  readonly orderTransactions: (
    params: Scoped & { orderId: string },
  ) => Promise<readonly OrderTransaction[]>;
  readonly productTitles: (
    params: Scoped & { productIds: readonly string[] },
  ) => Promise<readonly { productId: string; title: string }[]>;
  readonly cursors: Cursors;
}

export interface OrdersRequest extends WindowRequest {
  readonly shop: string;
  readonly status?: string | undefined;
  readonly q?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

const FIRST = { afterDate: '2149-06-06', afterCreated: 4_294_967_295, afterOrder: '' };

/** Orders by the day they were placed; without a range everything that is kept. */
export async function readOrders(deps: OrdersDeps, merchantId: string, request: OrdersRequest) {
  const shop = openShop(deps, merchantId, request.shop);
  const { from, to, range } = request;
  const isWhole = from === undefined && to === undefined && range === undefined;
  const window = isWhole
    ? wholeWindow(shop.zone, deps.now())
    : resolveWindow({ from, to, range }, shop.zone, deps.now());
  const scope = { shopKey: shop.shopKey, epoch: shop.epoch, cutoff: window.cutoff };
  const bound = boundTo(merchantId, request);
  const place = request.cursor === undefined ? FIRST : placeOf(deps.cursors, bound, request.cursor);
  // First, so that what is said to be complete was so before its rows were read.
  const known = await deps.known(shop.shopKey, shop.epoch);
  const [{ rows, refunds }, statuses] = await Promise.all([
    withRefunds(deps, {
      ...scope,
      from: window.from,
      to: window.to,
      status: request.status ?? '',
      search: request.q ?? '',
      ...place,
      limit: request.limit + 1,
    }),
    deps.orderStatuses({ ...scope, from: window.from, to: window.to }),
  ]);
  const page = rows.slice(0, request.limit);
  const last = rows.length > request.limit ? page.at(-1) : undefined;
  return {
    meta: metaOf({
      shopKey: shop.shopKey,
      window,
      compare: undefined,
      basis: 'activity',
      currency: shop.currency,
      knowledge: createKnowledge(known, window.nowS),
    }),
    items: page.map((order) => orderRowOf(shop.shopKey, order, refunds)),
    statuses: [...statuses],
    nextCursor:
      last === undefined
        ? null
        : deps.cursors.encode(bound, [last.stored_on, String(last.created), last.order_id]),
  };
}

/** A page of orders and what was paid back of them; both know the day that an order is stored on. */
async function withRefunds(deps: OrdersDeps, params: OrdersPageParams) {
  const rows = await deps.ordersPage(params);
  const days = rows.map(({ stored_on }) => stored_on).sort();
  const [storedFrom, storedTo] = [days[0], days.at(-1)];
  if (storedFrom === undefined || storedTo === undefined) {
    return { rows, refunds: [] };
  }
  const { shopKey, epoch, cutoff } = params;
  const orderIds = rows.map(({ order_id }) => order_id);
  const of = { shopKey, epoch, cutoff, storedFrom, storedTo, orderIds };
  return { rows, refunds: await deps.orderRefunds(of) };
}

export async function readOrder(
  deps: OrdersDeps,
  merchantId: string,
  request: { readonly shop: string; readonly orderId: string },
) {
  const shop = openShop(deps, merchantId, request.shop);
  const now = deps.now();
  const scope = {
    ...{ shopKey: shop.shopKey, epoch: shop.epoch },
    cutoff: shownFrom(shop.zone, now),
  };
  // First, as above.
  const known = await deps.known(shop.shopKey, shop.epoch);
  const [order, transactions] = await Promise.all([
    deps.orderDetail({ ...scope, orderId: request.orderId }),
    deps.orderTransactions({ ...scope, orderId: request.orderId }),
  ]);
  if (order === undefined) {
    throw new AppError('resource.not_found', 'there is no such order');
  }
  const productIds = [...new Set(order.product_ids)];
  const titles = productIds.length === 0 ? [] : await deps.productTitles({ ...scope, productIds });
  return {
    ...orderDetailOf(
      shop.shopKey,
      order,
      new Map(titles.map(({ productId, title }) => [productId, title])),
      transactions,
    ),
    freshness: freshnessOf(createKnowledge(known, Math.floor(now.getTime() / 1000)), [
      'order',
      'transaction',
    ]),
  };
}

function boundTo(merchantId: string, request: OrdersRequest): string {
  const { cursor: _cursor, limit: _limit, ...rest } = request;
  return JSON.stringify(['orders', merchantId, Object.entries(rest).sort()]);
}

const PLACE_DATE = /^\d{4}-\d{2}-\d{2}$/;

function placeOf(cursors: Cursors, bound: string, cursor: string) {
  const [afterDate = '', created = '0', afterOrder = ''] = cursors.decode(bound, cursor, 3);
  return PLACE_DATE.test(afterDate)
    ? { afterDate, afterCreated: Number(created), afterOrder }
    : FIRST;
}
