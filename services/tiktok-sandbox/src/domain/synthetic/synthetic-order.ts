import { shareHalfEven } from '../money.ts';
import type { Buyer, OrderKind } from '../order.ts';
import { DAY_S, type Zone } from '../zone-time.ts';
import type { RandomStream } from './random-stream.ts';
import type { SyntheticCatalogue, SyntheticSku } from './synthetic-catalogue.ts';
import type { SyntheticEvent, SyntheticItem } from './synthetic-events.ts';
import type { SyntheticIds } from './synthetic-ids.ts';
import { fulfil } from './synthetic-fulfilment.ts';
import type { SyntheticProfile } from './synthetic-profile.ts';

const MAX_UNITS = 12;
const UNPAID_SHARE = 0.03;
const UNPAID_ENDS_S = DAY_S;
const TAX_STEP = 125;
const TAX_WHOLE = 100_000;

export interface OrderSeed {
  readonly day: number;
  readonly sequence: number;
  readonly at: number;
  readonly stream: RandomStream;
  /** What happens to single goods is drawn apart, so that it changes nothing else of the day. */
  readonly parcels: RandomStream;
  readonly profile: SyntheticProfile;
  readonly ids: SyntheticIds;
  readonly catalogue: SyntheticCatalogue;
  readonly zone: Zone;
}

/** The whole life of one order, decided when it is placed. */
export function generateOrder(seed: OrderSeed): SyntheticEvent[] {
  const { stream, at, profile, ids } = seed;
  const orderId = ids.order(seed.day, seed.sequence);
  const kind = drawKind(stream, profile);
  const taxRate = profile.taxSteps === 0 ? 0 : stream.between(0, profile.taxSteps) * TAX_STEP;
  const items = drawItems(seed, kind, taxRate);
  const { low, high, step, tail, help } = profile.shipping;
  const shippingFee = stream.between(low, high) * step + tail;
  const isHelped = stream.chance(0.4);
  const helped = isHelped ? Math.min(shippingFee, help) : 0;
  const ordered: SyntheticEvent = {
    at,
    orderId,
    kind: 'ordered',
    items,
    taxRate,
    buyer: drawBuyer(seed, kind),
    order: kind,
    shippingFee: shippingFee - helped,
    shippingPlatformDiscount: helped,
  };
  const isUnpaid = !kind.isCod && stream.chance(UNPAID_SHARE);
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
  return [ordered, ...fulfil(seed, { orderId, kind, items })];
}

function drawKind(stream: RandomStream, { codShare, platforms }: SyntheticProfile): OrderKind {
  const special = stream.unit();
  const isSample = special < 0.005;
  const isReplacement = special >= 0.005 && special < 0.008;
  const isExchange = special >= 0.008 && special < 0.01;
  const isPlain = special >= 0.01;
  const [first, second, odds] = platforms;
  return {
    isCod: stream.chance(codShare) && isPlain,
    isSample,
    isReplacement,
    isExchange,
    shippingType: stream.chance(0.5) ? 'TIKTOK' : 'SELLER',
    commercePlatform: stream.chance(odds) ? first : second,
  };
}

function drawBuyer({ stream, profile }: OrderSeed, kind: OrderKind): Buyer {
  const { tag, low, high } = profile.buyers;
  return {
    number: String(stream.between(low, high)),
    tag,
    regionCode: profile.shop.region,
    isMasked: kind.shippingType === 'TIKTOK',
  };
}

function drawItems(seed: OrderSeed, kind: OrderKind, taxRate: number): SyntheticItem[] {
  const { stream, ids } = seed;
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
    const sellerDiscount = shareHalfEven(price, sellerPercent, 100);
    const platformDiscount = shareHalfEven(price, platformPercent, 100);
    return {
      unitIdPrefix: ids.unitPrefix(seed.day, seed.sequence, index),
      productId: sku.productId,
      skuId: sku.skuId,
      sellerSku: sku.sellerSku,
      title: sku.title,
      name: sku.name,
      price,
      sellerDiscount,
      platformDiscount,
      tax: shareHalfEven(price - sellerDiscount - platformDiscount, taxRate, TAX_WHOLE),
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
