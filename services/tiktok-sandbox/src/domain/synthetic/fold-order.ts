import type { Fees } from '../ledger.ts';
import type {
  Cancellation,
  Order,
  OrderLine,
  OrderStatus,
  Refund,
  StatusChange,
} from '../order.ts';
import { DAY_S } from '../zone-time.ts';
import {
  findEvent,
  type EventOf,
  type SyntheticEvent,
  type SyntheticItem,
} from './synthetic-events.ts';

export interface Folded {
  readonly order: Order;
  readonly fees: Fees;
  readonly reserve: EventOf<'reserved'> | undefined;
}

const STATUS: Readonly<Partial<Record<SyntheticEvent['kind'], OrderStatus>>> = {
  held: 'ON_HOLD',
  released: 'AWAITING_SHIPMENT',
  parted: 'PARTIALLY_SHIPPING',
  readied: 'AWAITING_COLLECTION',
  collected: 'IN_TRANSIT',
  delivered: 'DELIVERED',
  completed: 'COMPLETED',
  cancelled: 'CANCELLED',
};
/** Money moves without a trace in the order itself. */
const UNSEEN: readonly SyntheticEvent['kind'][] = ['settled', 'reserved'];

/** The view of one order's events that the API shows. */
export function foldOrder(events: readonly SyntheticEvent[]): Folded {
  const ordered = findEvent(events, 'ordered');
  if (ordered === undefined) {
    throw new Error('events without their order');
  }
  const lines = linesOf(ordered, events);
  const settled = findEvent(events, 'settled');
  const cancelled = findEvent(events, 'cancelled');
  const timeline: StatusChange[] = [
    { at: ordered.at, status: 'UNPAID' },
    ...events.flatMap(({ at, kind }) => {
      const status = STATUS[kind];
      return status === undefined ? [] : [{ at, status }];
    }),
  ];
  return {
    fees: settled?.fees ?? {},
    reserve: findEvent(events, 'reserved'),
    order: {
      id: ordered.orderId,
      createTime: ordered.at,
      paidTime: findEvent(events, 'paid')?.at,
      rtsSlaTime: findEvent(events, 'released')?.rtsSlaTime ?? ordered.at + 3 * DAY_S,
      rtsTime: findEvent(events, 'readied')?.at,
      firstParcelTime: findEvent(events, 'parted')?.at,
      collectionTime: findEvent(events, 'collected')?.at,
      deliveryTime: findEvent(events, 'delivered')?.at,
      lines,
      units: lines.length,
      shippingFee: ordered.shippingFee,
      shippingPlatformDiscount: ordered.shippingPlatformDiscount,
      buyer: ordered.buyer,
      kind: ordered.order,
      timeline,
      cancellation: cancelled === undefined ? undefined : cancellationOf(cancelled),
      refunds: events.flatMap((event) =>
        event.kind === 'refunded' ? refundsOf(event, lines) : [],
      ),
      touches: events
        .filter(({ kind }) => !UNSEEN.includes(kind))
        .map(({ at }) => at)
        .sort((a, b) => a - b),
      // A cancelled order has none; the day after is only where its estimate would have stood.
      settlesOn: settled?.day ?? Math.floor(ordered.at / DAY_S) + 10,
    },
  };
}

function linesOf(
  { items, taxRate }: EventOf<'ordered'>,
  events: readonly SyntheticEvent[],
): OrderLine[] {
  const parted = findEvent(events, 'parted');
  const dropped = findEvent(events, 'dropped');
  return items.map((item, index) => ({
    ...lineOf(item, taxRate),
    parcel: parted === undefined || parted.items.includes(index) ? 0 : 1,
    cancellation: dropped?.items.includes(index) === true ? cancellationOf(dropped) : undefined,
  }));
}

function refundsOf(
  { at, settlesOn, items }: EventOf<'refunded'>,
  lines: readonly OrderLine[],
): Refund[] {
  return items
    .flatMap((index) => lines[index] ?? [])
    .map((line) => ({
      at,
      settlesOn,
      line,
      quantity: 1,
      amount: line.originalPrice,
      sellerDiscountBack: line.sellerDiscount,
      platformDiscountBack: line.platformDiscount,
      taxBack: line.tax,
    }));
}

function lineOf(item: SyntheticItem, taxRate: number): Omit<OrderLine, 'parcel' | 'cancellation'> {
  return {
    unitIdPrefix: item.unitIdPrefix,
    quantity: 1,
    productId: item.productId,
    skuId: item.skuId,
    sellerSku: item.sellerSku,
    productName: item.title,
    skuName: item.name,
    originalPrice: item.price,
    sellerDiscount: item.sellerDiscount,
    platformDiscount: item.platformDiscount,
    tax: item.tax,
    taxRate,
    isGift: item.isGift,
  };
}

function cancellationOf(event: Cancellation): Cancellation {
  return { at: event.at, by: event.by, reason: event.reason };
}
