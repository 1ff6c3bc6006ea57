export type OrderStatus =
  | 'UNPAID'
  | 'ON_HOLD'
  | 'AWAITING_SHIPMENT'
  | 'PARTIALLY_SHIPPING'
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
  /** On top of the price; the seller never sees it in a settlement. */
  readonly tax: number;
  /** In 1/100 000. */
  readonly taxRate: number;
  readonly isGift: boolean;
  /** Which of the order's packages it lies in, where a split order has two. */
  readonly parcel: 0 | 1;
  /** Of this line alone, while the order goes on. */
  readonly cancellation: Cancellation | undefined;
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
  /** Positive; the parts of the discounts that are taken back with it. */
  readonly sellerDiscountBack: number;
  readonly platformDiscountBack: number;
  readonly taxBack: number;
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
  /** When the first of two packages left; undefined where all goods go in one. */
  readonly firstParcelTime: number | undefined;
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

/** A status is never ON_HOLD or PARTIALLY_SHIPPING for a single line. */
export function lineStatusAt(order: Order, line: OrderLine, now: number): OrderStatus {
  const status = statusAt(order, now);
  const hasLeft =
    line.parcel === 0 && order.firstParcelTime !== undefined && order.firstParcelTime <= now;
  if (status === 'CANCELLED' || isLineCancelledAt(line, now)) {
    return 'CANCELLED';
  }
  if (hasLeft && (status === 'PARTIALLY_SHIPPING' || status === 'AWAITING_COLLECTION')) {
    return 'IN_TRANSIT';
  }
  return status === 'ON_HOLD' || status === 'PARTIALLY_SHIPPING' ? 'AWAITING_SHIPMENT' : status;
}

export function isLineCancelledAt(line: OrderLine, now: number): boolean {
  return line.cancellation !== undefined && line.cancellation.at <= now;
}

export function isCancelledAt(order: Order, now: number): boolean {
  return order.cancellation !== undefined && order.cancellation.at <= now;
}

export interface OrderTotals {
  readonly original: number;
  readonly sellerDiscount: number;
  readonly platformDiscount: number;
  readonly subTotal: number;
  readonly tax: number;
  readonly total: number;
}

/** As the buyer placed it. */
export function orderTotals(order: Order): OrderTotals {
  return sumLines(order.lines, order.shippingFee);
}

/** Without the lines that have been cancelled by `now`: what is left to pay and to settle. */
export function remainingTotals(order: Order, now: number): OrderTotals {
  const left = order.lines.filter((line) => !isLineCancelledAt(line, now));
  return sumLines(left, order.shippingFee);
}

function sumLines(lines: readonly OrderLine[], shippingFee: number): OrderTotals {
  let original = 0;
  let sellerDiscount = 0;
  let platformDiscount = 0;
  let tax = 0;
  for (const line of lines) {
    original += line.originalPrice * line.quantity;
    sellerDiscount += line.sellerDiscount * line.quantity;
    platformDiscount += line.platformDiscount * line.quantity;
    tax += line.tax * line.quantity;
  }
  const subTotal = original - sellerDiscount - platformDiscount;
  return {
    original,
    sellerDiscount,
    platformDiscount,
    subTotal,
    tax,
    total: subTotal + shippingFee + tax,
  };
}
