export type OrderStatus =
  | 'UNPAID'
  | 'ON_HOLD'
  | 'AWAITING_SHIPMENT'
  | 'AWAITING_COLLECTION'
  | 'IN_TRANSIT'
  | 'DELIVERED'
  | 'COMPLETED'
  | 'CANCELLED';

/** One file line or one generated item: `quantity` wire elements that differ in their id alone. */
export interface OrderLine {
  /** The element's id is this and the unit number in five digits, counted from 1. */
  readonly unitIdPrefix: string;
  readonly quantity: number;
  readonly productId: string;
  readonly skuId: string;
  readonly sellerSku: string;
  readonly productName: string;
  readonly skuName: string;
  /** Amounts of one unit, integers of the shop's scale. */
  readonly originalPrice: number;
  readonly sellerDiscount: number;
  readonly platformDiscount: number;
  readonly isGift: boolean;
}

export interface StatusChange {
  readonly at: number;
  readonly status: OrderStatus;
}

export interface Cancellation {
  readonly at: number;
  readonly by: 'BUYER' | 'SELLER' | 'SYSTEM';
  readonly reason: string;
}

export interface Refund {
  readonly at: number;
  /** Statement day: whole days since 1970, 00:00 UTC. */
  readonly settlesOn: number;
  readonly line: OrderLine;
  readonly quantity: number;
  /** Positive; the goods' price before discounts. */
  readonly amount: number;
  /** Positive; the part of the seller's discount that is taken back with it. */
  readonly sellerDiscountBack: number;
}

export interface Buyer {
  readonly number: string;
  readonly tag: string;
  readonly regionCode: string | undefined;
  readonly isMasked: boolean;
}

export interface OrderKind {
  readonly isCod: boolean;
  readonly isSample: boolean;
  readonly isReplacement: boolean;
  readonly isExchange: boolean;
  readonly shippingType: 'SELLER' | 'TIKTOK';
  readonly commercePlatform: 'TIKTOK_SHOP' | 'TOKOPEDIA' | undefined;
}

export interface Order {
  readonly id: string;
  readonly createTime: number;
  readonly paidTime: number | undefined;
  readonly rtsSlaTime: number;
  readonly rtsTime: number | undefined;
  readonly collectionTime: number | undefined;
  readonly deliveryTime: number | undefined;
  readonly lines: readonly OrderLine[];
  readonly units: number;
  readonly shippingFee: number;
  /** What the platform adds to the carrier's price; the buyer pays `shippingFee`. */
  readonly shippingPlatformDiscount: number;
  readonly buyer: Buyer;
  readonly kind: OrderKind;
  /** All that will ever happen to it, in order of time; what lies after "now" has not happened. */
  readonly timeline: readonly StatusChange[];
  readonly cancellation: Cancellation | undefined;
  readonly refunds: readonly Refund[];
  /** Every time at which update_time moves, ascending. */
  readonly touches: readonly number[];
  /** Statement day of the settlement, which a cancellation before it prevents. */
  readonly settlesOn: number;
}

export function statusAt(order: Order, now: number): OrderStatus {
  let status: OrderStatus = order.timeline[0]?.status ?? 'AWAITING_SHIPMENT';
  for (const change of order.timeline) {
    if (change.at > now) {
      break;
    }
    status = change.status;
  }
  return status;
}

export function updateTimeAt(order: Order, now: number): number {
  for (let index = order.touches.length - 1; index >= 0; index--) {
    const at = order.touches[index];
    if (at !== undefined && at <= now) {
      return at;
    }
  }
  return order.createTime;
}

export function isCancelledAt(order: Order, now: number): boolean {
  return order.cancellation !== undefined && order.cancellation.at <= now;
}

export interface OrderTotals {
  readonly original: number;
  readonly sellerDiscount: number;
  readonly platformDiscount: number;
  readonly subTotal: number;
  readonly total: number;
}

export function orderTotals(order: Order): OrderTotals {
  let original = 0;
  let sellerDiscount = 0;
  let platformDiscount = 0;
  for (const line of order.lines) {
    original += line.originalPrice * line.quantity;
    sellerDiscount += line.sellerDiscount * line.quantity;
    platformDiscount += line.platformDiscount * line.quantity;
  }
  const subTotal = original - sellerDiscount - platformDiscount;
  return {
    original,
    sellerDiscount,
    platformDiscount,
    subTotal,
    total: subTotal + order.shippingFee,
  };
}
