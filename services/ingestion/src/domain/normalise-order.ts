import type { OrderFact, RawOrder } from '@tokometrics/contracts';
import { currencyOf, money } from './normalise-money.ts';
import { Rejected } from './rejected.ts';
import { dayOf, hourOf, orNull } from './shop-zone.ts';
import type { ShopZone } from './shop-zone.ts';

type Bit = 0 | 1;
type Lines = OrderFact['lines'];
type RawLine = NonNullable<RawOrder['line_items']>[number];

const bit = (flag: boolean | undefined): Bit => (flag === true ? 1 : 0);
const CANCELLED = 'CANCELLED';

function emptyLines(): Lines {
  return {
    lineId: [],
    productId: [],
    skuId: [],
    sellerSku: [],
    status: [],
    cancelled: [],
    isGift: [],
    originalPrice: [],
    salePrice: [],
    sellerDiscount: [],
    platformDiscount: [],
  };
}

function addLine(lines: Lines, line: RawLine): void {
  const status = line.display_status ?? '';
  lines.lineId.push(line.id);
  lines.productId.push(line.product_id ?? '');
  lines.skuId.push(line.sku_id ?? '');
  lines.sellerSku.push(line.seller_sku ?? '');
  lines.status.push(status);
  lines.cancelled.push(status === CANCELLED ? 1 : 0);
  lines.isGift.push(bit(line.is_gift));
  lines.originalPrice.push(money(line.original_price));
  lines.salePrice.push(money(line.sale_price));
  lines.sellerDiscount.push(money(line.seller_discount));
  lines.platformDiscount.push(money(line.platform_discount));
}

/** One element of the lines is one unit: the platform knows no quantity. */
function linesOf(order: RawOrder, currency: string): Lines {
  const lines = emptyLines();
  for (const line of order.line_items ?? []) {
    if (line.currency !== undefined && line.currency !== currency) {
      // Two currencies in one order can't be added; the order is parked rather than half counted.
      throw new Rejected('currency');
    }
    addLine(lines, line);
  }
  return lines;
}

/** Cash on delivery counts when placed, all else when paid; unpaid is no sale. */
function saleTimeOf(order: RawOrder, createTime: number): number | null {
  if (order.is_cod === true) {
    return createTime;
  }
  return orNull(order.paid_time);
}

/** A rule on this version alone, so that replays agree whatever came before. */
function cancelTimeOf(order: RawOrder, updateTime: number, lines: Lines): number | null {
  if (order.status !== CANCELLED && !lines.cancelled.includes(1)) {
    return null;
  }
  return orNull(order.cancel_time) ?? orNull(order.request_cancel_time) ?? updateTime;
}

const NAMED_AMOUNTS = new Set([
  'total_amount',
  'sub_total',
  'original_total_product_price',
  'seller_discount',
  'platform_discount',
  'shipping_fee',
  'tax',
  'currency',
]);

function otherAmountsOf(payment: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(payment)
      .filter(([name, value]) => !NAMED_AMOUNTS.has(name) && /^-?\d/.test(value))
      .map(([name, value]) => [name, money(value)]),
  );
}

function timesOf(order: RawOrder, lines: Lines, zone: ShopZone) {
  const createTime = order.create_time;
  if (createTime === undefined || createTime === 0) {
    throw new Rejected('time');
  }
  const updateTime = order.update_time ?? createTime;
  const saleTime = saleTimeOf(order, createTime);
  const cancelTime = cancelTimeOf(order, updateTime, lines);
  return {
    createTime,
    updateTime,
    paidTime: orNull(order.paid_time),
    saleDate: saleTime === null ? null : dayOf(zone, saleTime),
    saleHour: saleTime === null ? null : hourOf(zone, saleTime),
    cancelTime,
    cancelDate: cancelTime === null ? null : dayOf(zone, cancelTime),
    cancelHour: cancelTime === null ? null : hourOf(zone, cancelTime),
    rtsTime: orNull(order.rts_time),
    rtsSlaTime: orNull(order.rts_sla_time),
    deliveryTime: orNull(order.delivery_time),
  };
}

function flagsOf(order: RawOrder) {
  return {
    isCancelled: bit(order.status === CANCELLED),
    isCod: bit(order.is_cod),
    isSample: bit(order.is_sample_order),
    isReplacement: bit(order.is_replacement_order),
    isExchange: bit(order.is_exchange_order),
    isOnHold: bit(order.is_on_hold_order),
  };
}

function labelsOf(order: RawOrder) {
  return {
    status: order.status ?? 'UNKNOWN',
    cancellationInitiator: order.cancellation_initiator ?? '',
    cancelReason: order.cancel_reason ?? '',
    fulfillmentType: order.fulfillment_type ?? '',
    shippingType: order.shipping_type ?? '',
    commercePlatform: order.commerce_platform ?? '',
    warehouseId: order.warehouse_id ?? '',
  };
}

/** Raw order → fact, dated in the zone of the shop. `localDate` is that of creation and never moves. */
export function normaliseOrder(order: RawOrder, zone: ShopZone): OrderFact {
  const payment = order.payment ?? {};
  const currency = currencyOf(payment['currency'], order.line_items?.[0]?.currency);
  const lines = linesOf(order, currency);
  const times = timesOf(order, lines, zone);
  return {
    orderId: order.id,
    localDate: dayOf(zone, times.createTime),
    ...times,
    ...labelsOf(order),
    ...flagsOf(order),
    currency,
    totalAmount: money(payment['total_amount']),
    subTotal: money(payment['sub_total']),
    originalTotalProductPrice: money(payment['original_total_product_price']),
    sellerDiscount: money(payment['seller_discount']),
    platformDiscount: money(payment['platform_discount']),
    shippingFee: money(payment['shipping_fee']),
    tax: money(payment['tax']),
    otherAmounts: otherAmountsOf(payment),
    lines,
  };
}
