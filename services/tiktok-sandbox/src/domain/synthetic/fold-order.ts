import type { Fees } from '../ledger.ts';
import type { Cancellation, Order, OrderLine, OrderStatus, StatusChange } from '../order.ts';
import { DAY_S } from '../zone-time.ts';
import type { SyntheticEvent, SyntheticItem } from './synthetic-events.ts';

export interface Folded {
  readonly order: Order;
  readonly fees: Fees;
}

const STATUS: Readonly<Partial<Record<SyntheticEvent['kind'], OrderStatus>>> = {
  held: 'ON_HOLD',
  released: 'AWAITING_SHIPMENT',
  readied: 'AWAITING_COLLECTION',
  collected: 'IN_TRANSIT',
  delivered: 'DELIVERED',
  completed: 'COMPLETED',
  cancelled: 'CANCELLED',
};

/** The view of one order's events that the API shows. */
export function foldOrder(events: readonly SyntheticEvent[]): Folded {
  const ordered = find(events, 'ordered');
  if (ordered === undefined) {
    throw new Error('events without their order');
  }
  const lines = ordered.items.map(lineOf);
  const settled = find(events, 'settled');
  const cancelled = find(events, 'cancelled');
  const timeline: StatusChange[] = [
    { at: ordered.at, status: 'UNPAID' },
    ...events.flatMap(({ at, kind }) => {
      const status = STATUS[kind];
      return status === undefined ? [] : [{ at, status }];
    }),
  ];
  const refunds = events
    .filter((event) => event.kind === 'refunded')
    .flatMap((refund) =>
      refund.items.flatMap((index) => {
        const line = lines[index];
        return line === undefined
          ? []
          : [
              {
                at: refund.at,
                settlesOn: refund.settlesOn,
                line,
                quantity: 1,
                amount: line.originalPrice,
                sellerDiscountBack: line.sellerDiscount,
              },
            ];
      }),
    );
  const touches = events.filter(({ kind }) => kind !== 'settled').map(({ at }) => at);
  return {
    fees: settled?.fees ?? {},
    order: {
      id: ordered.orderId,
      createTime: ordered.at,
      paidTime: find(events, 'paid')?.at,
      rtsSlaTime: find(events, 'released')?.rtsSlaTime ?? ordered.at + 3 * DAY_S,
      rtsTime: find(events, 'readied')?.at,
      collectionTime: find(events, 'collected')?.at,
      deliveryTime: find(events, 'delivered')?.at,
      lines,
      units: lines.length,
      shippingFee: ordered.shippingFee,
      shippingPlatformDiscount: ordered.shippingPlatformDiscount,
      buyer: ordered.buyer,
      kind: ordered.order,
      timeline,
      cancellation: cancelled === undefined ? undefined : cancellationOf(cancelled),
      refunds,
      touches: touches.sort((a, b) => a - b),
      // A cancelled order has none; the day after is only where its estimate would have stood.
      settlesOn: settled?.day ?? Math.floor(ordered.at / DAY_S) + 10,
    },
  };
}

function find<K extends SyntheticEvent['kind']>(
  events: readonly SyntheticEvent[],
  kind: K,
): Extract<SyntheticEvent, { kind: K }> | undefined {
  return events.find((event): event is Extract<SyntheticEvent, { kind: K }> => event.kind === kind);
}

function lineOf(item: SyntheticItem): OrderLine {
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
    isGift: item.isGift,
  };
}

function cancellationOf(event: { at: number } & Omit<Cancellation, 'at'>): Cancellation {
  return { at: event.at, by: event.by, reason: event.reason };
}
