import { fnv1a32 } from './hash.ts';
import { moneyText } from './money.ts';
import { orderTotals, type Order } from './order.ts';
import type { Shop, ShopFacts } from './shop.ts';
import { createZone, isoDate } from './zone-time.ts';

const PROFILES = ['seller_price', 'buyer_paid', 'total_amount'] as const;
const COD = ['at_order', 'at_payment', 'left_out'] as const;
const SAMPLES = ['counted', 'left_out'] as const;

/** How a seller's own pages count; no document says it, so a reader has to find it out. */
export interface GmvRules {
  readonly timezone: string;
  readonly profile: (typeof PROFILES)[number];
  /** Orders that are samples, replacements or exchanges. */
  readonly samples: (typeof SAMPLES)[number];
  readonly cod: (typeof COD)[number];
}

const ZONES: Readonly<Record<ShopFacts['region'], readonly [string, ...string[]]>> = {
  GB: ['Europe/London', 'UTC'],
  ID: ['Asia/Jakarta', 'Asia/Makassar', 'UTC'],
  US: ['America/New_York', 'America/Los_Angeles', 'UTC'],
};

export interface SellerCentre {
  readonly currency: string;
  readonly days: readonly {
    readonly date: string;
    readonly gmv: string;
    readonly orders: number;
  }[];
}

/** The same rules for the same seed and shop. */
export function hiddenRules(facts: ShopFacts, seed: string): GmvRules {
  const pick = <T>(name: string, [first, ...more]: readonly [T, ...T[]]): T => {
    const all = [first, ...more];
    return all[fnv1a32(`${seed}/${facts.key}/seller-centre/${name}`) % all.length] ?? first;
  };
  return {
    timezone: pick('timezone', ZONES[facts.region]),
    profile: pick('profile', PROFILES),
    samples: pick('samples', SAMPLES),
    cod: pick('cod', COD),
  };
}

/** GMV as a seller's pages show it: dated by the sale, cancelled and refunded orders kept in. */
export function describeSellerCentre(shop: Shop, rules: GmvRules, now: number): SellerCentre {
  const { money } = shop.facts;
  const zone = createZone(rules.timezone);
  const days = new Map<number, { gmv: number; orders: number }>();
  for (const order of shop.book(now).orders) {
    const saleAt = saleTimeBy(rules, order);
    if (saleAt !== undefined && saleAt <= now && order.createTime <= now) {
      const day = zone.dayOf(saleAt);
      const sums = days.get(day) ?? { gmv: 0, orders: 0 };
      days.set(day, { gmv: sums.gmv + amountBy(rules, order), orders: sums.orders + 1 });
    }
  }
  return {
    currency: money.currency,
    days: [...days]
      .sort(([a], [b]) => a - b)
      .map(([day, { gmv, orders }]) => ({
        date: isoDate(day),
        gmv: moneyText(gmv, money),
        orders,
      })),
  };
}

function saleTimeBy({ samples, cod }: GmvRules, { kind, createTime, paidTime }: Order) {
  const isSpecial = kind.isSample || kind.isReplacement || kind.isExchange;
  if ((isSpecial && samples === 'left_out') || (kind.isCod && cod === 'left_out')) {
    return undefined;
  }
  return kind.isCod && cod === 'at_order' ? createTime : paidTime;
}

function amountBy({ profile }: GmvRules, order: Order): number {
  const sold = order.lines.filter(({ isGift }) => !isGift);
  const { original, sellerDiscount, subTotal, total } = orderTotals({ ...order, lines: sold });
  if (profile === 'total_amount') {
    return total;
  }
  return profile === 'buyer_paid' ? subTotal : original - sellerDiscount;
}
