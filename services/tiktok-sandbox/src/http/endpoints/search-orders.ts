import { badParameter } from '../../domain/fault-table.ts';
import { statusAt, updateTimeAt, type Order } from '../../domain/order.ts';
import { shopOf, type ApiCall, type Endpoint } from '../api-call.ts';
import { orderText } from '../order-text.ts';
import { viewOrder } from '../order-value.ts';
import { takePage } from '../paging.ts';
import {
  bodyFlag,
  bodyText,
  bodyTexts,
  bodyTime,
  inWindow,
  oneOf,
  pageSizeOf,
} from '../parameters.ts';

const STATUSES = [
  'UNPAID',
  'ON_HOLD',
  'AWAITING_SHIPMENT',
  'PARTIALLY_SHIPPING',
  'AWAITING_COLLECTION',
  'IN_TRANSIT',
  'DELIVERED',
  'COMPLETED',
  'CANCELLED',
];

export const searchOrders: Endpoint = {
  method: 'POST',
  path: '/order/{version}/orders/search',
  versions: ['202309'],
  scope: 'seller.order.info',
  isShopScoped: true,
  isListed: true,
  parameters: [
    ...['page_size', 'page_token', 'sort_field', 'sort_order', 'buyer_user_id', 'order_status'],
    ...['create_time_ge', 'create_time_lt', 'update_time_ge', 'update_time_lt', 'shipping_type'],
    ...['is_buyer_request_cancel', 'warehouse_ids'],
  ],
  handle: (call) => {
    const { facts, book } = shopOf(call);
    const pageSize = pageSizeOf(call, { max: 100 });
    const field = oneOf(call, 'sort_field', ['create_time', 'update_time'], 'create_time');
    const sort = oneOf(call, 'sort_order', ['ASC', 'DESC'], 'DESC');
    const page = takePage(call, {
      rows: book(call.now).orders.filter(filterOf(call)),
      valueOf:
        field === 'create_time'
          ? (order) => order.createTime
          : (order) => updateTimeAt(order, call.now),
      idOf: ({ id }) => id,
      sort,
      pageSize,
    });
    const texts = page.rows.map((order) =>
      orderText(viewOrder(order, facts, call.now), 'search', call.unknownField),
    );
    const rest = JSON.stringify({ ...page.next, total_count: page.total });
    return { text: `{"orders":[${texts.join(',')}],${rest.slice(1)}` };
  },
};

function filterOf(call: ApiCall): (order: Order) => boolean {
  const { now } = call;
  const createGe = bodyTime(call, 'create_time_ge');
  const createLt = bodyTime(call, 'create_time_lt');
  const updateGe = bodyTime(call, 'update_time_ge');
  const updateLt = bodyTime(call, 'update_time_lt');
  const status = bodyText(call, 'order_status');
  if (status !== undefined && !STATUSES.includes(status)) {
    throw badParameter('order_status', 'unknown value', STATUSES.join('|'));
  }
  const shippingType = bodyText(call, 'shipping_type');
  const buyer = bodyText(call, 'buyer_user_id');
  const isBuyerCancel = bodyFlag(call, 'is_buyer_request_cancel');
  const warehouses = bodyTexts(call, 'warehouse_ids', 100);
  const warehouseId = call.shop?.facts.warehouseId ?? '';
  const isElsewhere = warehouses !== undefined && !warehouses.includes(warehouseId);
  return (order) =>
    order.createTime <= now &&
    inWindow(order.createTime, createGe, createLt) &&
    ((updateGe === undefined && updateLt === undefined) ||
      inWindow(updateTimeAt(order, now), updateGe, updateLt)) &&
    (status === undefined || statusAt(order, now) === status) &&
    (shippingType === undefined || order.kind.shippingType === shippingType) &&
    (buyer === undefined || buyer === `7999${order.buyer.number.padStart(15, '0')}`) &&
    (isBuyerCancel === undefined || isBuyerCancel === isCancelledByBuyer(order, now)) &&
    !isElsewhere;
}

function isCancelledByBuyer({ cancellation }: Order, now: number): boolean {
  return cancellation?.by === 'BUYER' && cancellation.at <= now;
}
