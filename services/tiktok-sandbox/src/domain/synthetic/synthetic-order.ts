import type { Fees } from '../ledger.ts';
import { shareHalfEven } from '../money.ts';
import type { Buyer, OrderKind } from '../order.ts';
import { DAY_S, HOUR_S, type Zone } from '../zone-time.ts';
import type { RandomStream } from './random-stream.ts';
import type { SyntheticCatalogue, SyntheticSku } from './synthetic-catalogue.ts';
import type { SyntheticEvent, SyntheticItem } from './synthetic-events.ts';
import { syntheticOrderId, syntheticUnitPrefix } from './synthetic-ids.ts';

const MAX_UNITS = 12;
const HOLD_S = HOUR_S;
const UNPAID_ENDS_S = DAY_S;

export interface OrderSeed {
  readonly day: number;
  readonly sequence: number;
  readonly at: number;
  readonly stream: RandomStream;
  readonly catalogue: SyntheticCatalogue;
  readonly zone: Zone;
}

/** The whole life of one order, decided when it is placed. */
export function generateOrder(seed: OrderSeed): SyntheticEvent[] {
  const { stream, at } = seed;
  const orderId = syntheticOrderId(seed.day, seed.sequence);
  const kind = drawKind(stream);
  const items = drawItems(seed, kind);
  const shippingFee = stream.between(20, 48) * 500;
  const isHelped = stream.chance(0.4);
  const helped = isHelped ? Math.min(shippingFee, 10_000) : 0;
  const ordered: SyntheticEvent = {
    at,
    orderId,
    kind: 'ordered',
    items,
    buyer: drawBuyer(seed, kind),
    order: kind,
    shippingFee: shippingFee - helped,
    shippingPlatformDiscount: helped,
  };
  const isUnpaid = !kind.isCod && stream.chance(0.03);
  if (isUnpaid) {
    return [
      ordered,
      {
        at: at + UNPAID_ENDS_S,
        orderId,
        kind: 'cancelled',
        by: 'SYSTEM',
        reason: 'payment_timeout',
      },
    ];
  }
  return [ordered, ...afterPayment(seed, orderId, kind, items)];
}

function drawKind(stream: RandomStream): OrderKind {
  const special = stream.unit();
  const isSample = special < 0.005;
  const isReplacement = special >= 0.005 && special < 0.008;
  const isExchange = special >= 0.008 && special < 0.01;
  const isPlain = special >= 0.01;
  return {
    isCod: stream.chance(0.25) && isPlain,
    isSample,
    isReplacement,
    isExchange,
    shippingType: stream.chance(0.5) ? 'TIKTOK' : 'SELLER',
    commercePlatform: stream.chance(0.7) ? 'TIKTOK_SHOP' : 'TOKOPEDIA',
  };
}

function drawBuyer({ stream }: OrderSeed, kind: OrderKind): Buyer {
  return {
    number: String(stream.between(10_000, 39_999)),
    tag: 'Id',
    regionCode: 'ID',
    isMasked: kind.shippingType === 'TIKTOK',
  };
}

function drawItems(seed: OrderSeed, kind: OrderKind): SyntheticItem[] {
  const { stream } = seed;
  let units = 1;
  while (units < MAX_UNITS && !stream.chance(0.55)) {
    units += 1;
  }
  const sellerPercent = stream.chance(0.2) ? stream.between(5, 20) : 0;
  const platformPercent = stream.chance(0.1) ? 5 : 0;
  const isFree = kind.isSample || kind.isReplacement || kind.isExchange;
  let sku = drawSku(seed);
  return Array.from({ length: units }, (_, index) => {
    if (index > 0 && stream.chance(0.4)) {
      sku = drawSku(seed);
    }
    const isGift = index > 0 && stream.chance(0.01);
    const price = isFree || isGift ? 0 : sku.price;
    return {
      unitIdPrefix: syntheticUnitPrefix(seed.day, seed.sequence, index),
      productId: sku.productId,
      skuId: sku.skuId,
      sellerSku: sku.sellerSku,
      title: sku.title,
      name: sku.name,
      price,
      sellerDiscount: shareHalfEven(price, sellerPercent, 100),
      platformDiscount: shareHalfEven(price, platformPercent, 100),
      isGift,
    };
  });
}

/** A few articles sell most: the square of a uniform number favours the front of the list. */
function drawSku({ stream, catalogue, at }: OrderSeed): SyntheticSku {
  const drawn = catalogue[Math.floor(stream.unit() ** 2 * catalogue.length)] ?? catalogue[0];
  const product = drawn.createTime < at ? drawn : catalogue[0];
  return stream.pick(product.skus);
}

function afterPayment(
  { stream, at, zone }: OrderSeed,
  orderId: string,
  kind: OrderKind,
  items: readonly SyntheticItem[],
): SyntheticEvent[] {
  const paid = kind.isCod ? at : at + stream.between(30, 1_200);
  const released = paid + HOLD_S;
  const rtsSlaTime = paid + 2 * DAY_S;
  const isLate = stream.chance(0.05);
  const readied = isLate
    ? rtsSlaTime + stream.between(1, 24) * HOUR_S
    : released + stream.between(2 * HOUR_S, 36 * HOUR_S);
  const events: SyntheticEvent[] = [
    ...(kind.isCod ? [] : [{ at: paid, orderId, kind: 'paid' } as const]),
    { at: paid, orderId, kind: 'held' },
    { at: released, orderId, kind: 'released', rtsSlaTime },
  ];
  const fate = stream.unit();
  if (fate < 0.06) {
    const who = stream.unit();
    const by = who < 0.6 ? 'BUYER' : who < 0.9 ? 'SELLER' : 'SYSTEM';
    const cancelledAt = stream.between(paid + 600, readied - 60);
    return [
      ...events.filter((event) => event.at < cancelledAt),
      { at: cancelledAt, orderId, kind: 'cancelled', by, reason: REASONS[by] },
    ];
  }
  const collected = readied + stream.between(2 * HOUR_S, 10 * HOUR_S);
  const delivered = collected + stream.between(DAY_S, 4 * DAY_S);
  const completed = delivered + stream.between(2 * DAY_S, 3 * DAY_S);
  const settlesOn = zone.dayOf(completed) + 1;
  return [
    ...events,
    { at: readied, orderId, kind: 'readied' },
    { at: collected, orderId, kind: 'collected' },
    { at: delivered, orderId, kind: 'delivered' },
    ...(kind.isCod ? [{ at: delivered, orderId, kind: 'paid' } as const] : []),
    { at: completed, orderId, kind: 'completed' },
    ...drawRefund({ stream, zone, orderId, delivered, settlesOn, items }),
    {
      at: settlesOn * DAY_S,
      orderId,
      kind: 'settled',
      day: settlesOn,
      fees: feesOf(items, stream.chance(0.3)),
    },
  ];
}

const REASONS = {
  BUYER: 'buyer_changed_mind',
  SELLER: 'out_of_stock',
  SYSTEM: 'risk_control',
} as const;

interface RefundDraw {
  readonly stream: RandomStream;
  readonly zone: Zone;
  readonly orderId: string;
  readonly delivered: number;
  readonly settlesOn: number;
  readonly items: readonly SyntheticItem[];
}

function drawRefund({
  stream,
  zone,
  orderId,
  delivered,
  settlesOn,
  items,
}: RefundDraw): SyntheticEvent[] {
  if (!stream.chance(0.03)) {
    return [];
  }
  const at = delivered + stream.between(6 * HOUR_S, 5 * DAY_S);
  const isPartial = stream.chance(0.5);
  const all = items.map((_, index) => index);
  return [
    {
      at,
      orderId,
      kind: 'refunded',
      items: isPartial ? [stream.between(0, items.length - 1)] : all,
      settlesOn: Math.max(settlesOn, zone.dayOf(at) + 1),
    },
  ];
}

/** Rounded for each item, so that every total is a sum of items. */
function feesOf(items: readonly SyntheticItem[], isAffiliate: boolean): Fees {
  const share = (percent: number): number =>
    items.reduce(
      (sum, { price, sellerDiscount }) => sum - shareHalfEven(price - sellerDiscount, percent, 100),
      0,
    );
  return {
    platform_commission_amount: share(4),
    transaction_fee_amount: share(1),
    ...(isAffiliate ? { affiliate_commission_amount: share(5) } : {}),
  };
}
