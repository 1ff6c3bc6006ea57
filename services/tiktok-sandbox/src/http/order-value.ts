import { contactOf } from '../domain/buyers.ts';
import { fnv1a32 } from '../domain/hash.ts';
import { moneyText, type MoneyStyle } from '../domain/money.ts';
import {
  isCancelledAt,
  isLineCancelledAt,
  orderTotals,
  statusAt,
  updateTimeAt,
  type Order,
  type OrderStatus,
} from '../domain/order.ts';
import type { ShopFacts } from '../domain/shop.ts';
import { DAY_S } from '../domain/zone-time.ts';

export interface OrderView {
  readonly order: Order;
  readonly facts: ShopFacts;
  readonly now: number;
  readonly status: OrderStatus;
  /** Spreads what only some orders carry. */
  readonly hash: number;
  readonly isCancelled: boolean;
}

export function viewOrder(order: Order, facts: ShopFacts, now: number): OrderView {
  return {
    order,
    facts,
    now,
    status: statusAt(order, now),
    hash: fnv1a32(order.id),
    isCancelled: isCancelledAt(order, now),
  };
}

/** Every field of an order but its line items; those that are undefined vanish in JSON. */
export function orderHead(view: OrderView, variant: 'search' | 'detail'): Record<string, unknown> {
  const { order, facts, now, hash } = view;
  const { kind } = order;
  return {
    id: order.id,
    status: view.status,
    order_type: '',
    create_time: order.createTime,
    paid_time: pastOnly(order.paidTime, now),
    update_time: updateTimeAt(order, now),
    ...cancellationOf(view),
    ...shippingOf(view),
    fulfillment_type: 'FULFILLMENT_BY_SELLER',
    shipping_type: kind.shippingType,
    delivery_type: 'HOME_DELIVERY',
    delivery_option_id: '7091146663229654785',
    delivery_option_name: 'Standard shipping',
    commerce_platform: kind.commercePlatform,
    handling_duration: { days: '2', type: 'BUSINESS_DAY' },
    has_updated_recipient_address: false,
    is_cod: kind.isCod,
    is_exchange_order: kind.isExchange,
    is_on_hold_order: view.status === 'ON_HOLD',
    is_replacement_order: kind.isReplacement,
    is_sample_order: kind.isSample,
    payment: paymentOf(order, facts.money),
    payment_method_name: kind.isCod ? 'Cash on delivery' : 'Credit/Debit card',
    recipient_address: addressOf(view),
    warehouse_id: facts.warehouseId,
    ...personalFields(view),
    ...(variant === 'search' ? { fulfillment_priority_level: hash % 3 } : brazilFields(hash)),
  };
}

function cancellationOf({ order, now, isCancelled }: OrderView): Record<string, unknown> {
  const cancellation = isCancelled ? order.cancellation : undefined;
  return {
    cancel_order_sla_time: order.createTime + 10 * DAY_S,
    cancel_reason: cancellation?.reason,
    cancel_time: cancellation?.at,
    cancellation_initiator: cancellation?.by,
    // A line has no time of its own; the order's is where a reader can find it.
    request_cancel_time: order.lines.find((line) => isLineCancelledAt(line, now))?.cancellation?.at,
    is_buyer_request_cancel: cancellation?.by === 'BUYER',
  };
}

function shippingOf(view: OrderView): Record<string, unknown> {
  const { order } = view;
  const isSplit = hasHappened(view, order.firstParcelTime);
  const hasShipped = hasHappened(view, order.collectionTime);
  return {
    rts_sla_time: order.rtsSlaTime,
    tts_sla_time: order.rtsSlaTime + DAY_S,
    shipping_due_time: order.rtsSlaTime,
    rts_time: hasHappened(view, order.rtsTime) ? order.rtsTime : undefined,
    collection_time: hasShipped ? order.collectionTime : undefined,
    delivery_time: hasHappened(view, order.deliveryTime) ? order.deliveryTime : undefined,
    shipping_provider: hasShipped ? 'Sandbox Post' : undefined,
    shipping_provider_id: hasShipped ? '6617675021119438849' : undefined,
    tracking_number: hasShipped ? trackingOf(view, 0) : undefined,
    packages: [{ id: packageIdOf(view, 0) }, ...(isSplit ? [{ id: packageIdOf(view, 1) }] : [])],
    split_or_combine_tag: isSplit ? 'SPLIT' : undefined,
  };
}

/** Goods lie in one package until the first of two has left. */
export function packageIdOf(view: OrderView, parcel: 0 | 1): string {
  const isSecond = parcel === 1 && hasHappened(view, view.order.firstParcelTime);
  return `${isSecond ? '1154' : '1153'}${view.order.id.slice(-15)}`;
}

export function trackingOf({ order }: OrderView, parcel: 0 | 1): string {
  return `piicanarytrack${order.id}${parcel === 1 ? 'b' : ''}`;
}

function pastOnly(at: number | undefined, now: number): number | undefined {
  return at !== undefined && at <= now ? at : undefined;
}

/** A cancelled order does not go on. */
export function hasHappened(view: OrderView, at: number | undefined): boolean {
  const { cancellation } = view.order;
  return (
    at !== undefined &&
    at <= view.now &&
    !(view.isCancelled && cancellation !== undefined && cancellation.at <= at)
  );
}

function paymentOf(order: Order, money: MoneyStyle): Record<string, string> {
  const text = (amount: number): string => moneyText(amount, money);
  const zero = text(0);
  const totals = orderTotals(order);
  return {
    currency: money.currency,
    original_total_product_price: text(totals.original),
    seller_discount: text(totals.sellerDiscount),
    platform_discount: text(totals.platformDiscount),
    sub_total: text(totals.subTotal),
    original_shipping_fee: text(order.shippingFee + order.shippingPlatformDiscount),
    shipping_fee: text(order.shippingFee),
    shipping_fee_platform_discount: text(order.shippingPlatformDiscount),
    shipping_fee_seller_discount: zero,
    shipping_fee_cofunded_discount: zero,
    shipping_fee_tax: zero,
    product_tax: text(totals.tax),
    tax: text(totals.tax),
    total_amount: text(totals.total),
  };
}

function addressOf(view: OrderView): Record<string, unknown> | undefined {
  if (view.status === 'UNPAID' || view.status === 'ON_HOLD') {
    return undefined; // TikTok shows no address before an order is sure
  }
  const { buyer } = view.order;
  const contact = contactOf(buyer);
  const [firstName = '', last = ''] = contact.name.split(' ');
  const lastName = last === '' ? '' : `Piicanary-${last}`;
  return {
    name: contact.name,
    first_name: firstName,
    last_name: lastName,
    first_name_local_script: firstName,
    last_name_local_script: lastName,
    phone_number: contact.phone,
    full_address: `${contact.street}, Piicanary Town`,
    address_detail: contact.street,
    address_line1: contact.street,
    address_line2: 'Piicanary House',
    address_line3: 'Piicanary Floor',
    address_line4: 'piicanary bell',
    delivery_preferences: { drop_off_location: 'piicanary porch' },
    district_info: [
      { address_level: 'L0', address_level_name: 'Country', address_name: 'Piicanary Land' },
      { address_level: 'L2', address_level_name: 'City', address_name: 'Piicanary Town' },
    ],
    post_town: 'Piicanary Town',
    postal_code: 'PIICANARY1',
    region_code: buyer.regionCode,
  };
}

/** Text of the drop list: some in every order, some in every few. */
function personalFields({ order, hash }: OrderView): Record<string, unknown> {
  const contact = contactOf(order.buyer);
  const some = (every: number, text: string): string | undefined =>
    hash % every === 0 ? text : undefined;
  return {
    user_id: contact.userId,
    buyer_email: contact.email,
    buyer_message: hash % 3 === 0 ? 'piicanary: please ring twice' : '',
    seller_note: some(5, 'piicanary: regular customer'),
    cpf: some(7, 'PIICANARY-000.000.000-00'),
    cpf_name: some(7, 'Piicanary Cpf'),
    consultation_id: some(11, 'piicanary-consultation'),
  };
}

function brazilFields(hash: number): Record<string, unknown> {
  return hash % 4 === 0
    ? {
        channel_entity_national_registry_id: 'PIICANARY00000000',
        payment_auth_code: 'piicanaryauth',
        payment_card_type: 'Credit',
        payment_method_code: 'piicanarymethod',
      }
    : {};
}
