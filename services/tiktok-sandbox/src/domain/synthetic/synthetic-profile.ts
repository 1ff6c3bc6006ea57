import { IDR_WHOLE, USD_CENTS, type MoneyStyle } from '../money.ts';
import type { OrderKind } from '../order.ts';
import type { ShopFacts, SyntheticKey } from '../shop.ts';
import { DAY_S } from '../zone-time.ts';

/** What makes one synthetic shop differ from another; shares are of 1, rates are percent. */
export interface SyntheticProfile {
  readonly key: SyntheticKey;
  readonly shop: Pick<ShopFacts, 'id' | 'name' | 'code' | 'region'>;
  readonly zone: string;
  readonly money: MoneyStyle;
  readonly ids: SyntheticIdMarks;
  readonly ordersPerDay: number;
  readonly peak: { readonly factor: number; readonly isOn: (day: number) => boolean };
  readonly catalogue: CatalogueProfile;
  readonly shipping: { readonly low: number; readonly high: number } & PriceSteps & {
      readonly help: number;
    };
  readonly codShare: number;
  readonly cancelledShare: number;
  readonly refundedShare: number;
  readonly lateShare: number;
  /** One of them by these odds; none in markets that have but one. */
  readonly platforms:
    readonly [Platform, Platform, number] | readonly [undefined, undefined, number];
  readonly buyers: { readonly tag: string; readonly low: number; readonly high: number };
  /** Sales tax in steps of 0.125 %, up to this many; 0 where prices hold all taxes. */
  readonly taxSteps: number;
  readonly fees: readonly FeeRule[];
  readonly reserve: { readonly share: number; readonly percent: number; readonly days: number };
  readonly hasPayments: boolean;
}

type Platform = NonNullable<OrderKind['commercePlatform']>;

export interface SyntheticIdMarks {
  /** Stands in every id that has room for it. */
  readonly shop: '062' | '001';
  /** Where an id has none, numbers of the two shops begin apart. */
  readonly firstLine: number;
  readonly firstRow: number;
}

interface PriceSteps {
  /** A price is a drawn number of steps and this tail. */
  readonly step: number;
  readonly tail: number;
}

interface CatalogueProfile extends PriceSteps {
  readonly products: number;
  readonly variants: number;
  readonly low: number;
  readonly high: number;
  readonly dearest: number;
  readonly variantStep: number;
  readonly nouns: readonly [string, ...string[]];
  readonly brand: string;
  /** The last products come to the shop one by one, at these times. */
  readonly newcomers: readonly number[];
}

interface FeeRule {
  readonly name: string;
  readonly percent: number;
  readonly share: number;
}

const FESTIVALS = ['09-09', '10-10', '11-11', '12-12'];

const ID: SyntheticProfile = {
  key: 'id',
  shop: {
    id: '7495000000000000062',
    name: 'Toko Sintetis (synthetic data)',
    code: 'IDSYN000062',
    region: 'ID',
  },
  zone: 'Asia/Jakarta',
  money: IDR_WHOLE,
  ids: { shop: '062', firstLine: 0, firstRow: 0 },
  ordersPerDay: 60,
  peak: { factor: 6, isOn: (day) => FESTIVALS.includes(dateOf(day).toISOString().slice(5, 10)) },
  catalogue: {
    products: 40,
    variants: 4,
    low: 30,
    high: 900,
    step: 500,
    tail: 0,
    dearest: 450_000,
    variantStep: 7_500,
    nouns: [
      ...(['batik shirt', 'canvas bag', 'coffee beans', 'rattan basket', 'hair oil'] as const),
      ...(['prayer mat', 'phone case', 'sambal jar', 'sandals', 'desk lamp'] as const),
    ],
    brand: 'Sintetis',
    // 2026-03-15, -06-15, -09-15 and -11-20.
    newcomers: [1_773_540_000, 1_781_488_800, 1_789_437_600, 1_795_140_000],
  },
  shipping: { low: 20, high: 48, step: 500, tail: 0, help: 10_000 },
  codShare: 0.25,
  cancelledShare: 0.06,
  refundedShare: 0.03,
  lateShare: 0.05,
  platforms: ['TIKTOK_SHOP', 'TOKOPEDIA', 0.7],
  buyers: { tag: 'Id', low: 10_000, high: 39_999 },
  taxSteps: 0,
  fees: [
    { name: 'platform_commission_amount', percent: 4, share: 1 },
    { name: 'transaction_fee_amount', percent: 1, share: 1 },
    { name: 'affiliate_commission_amount', percent: 5, share: 0.3 },
  ],
  reserve: { share: 0, percent: 0, days: 0 },
  hasPayments: false,
};

const US: SyntheticProfile = {
  key: 'us',
  shop: {
    id: '7495000000000000001',
    name: 'Synthetic Supply (synthetic data)',
    code: 'USSYN000001',
    region: 'US',
  },
  zone: 'America/New_York',
  money: USD_CENTS,
  ids: { shop: '001', firstLine: 50, firstRow: 30_000 },
  ordersPerDay: 40,
  peak: { factor: 5, isOn: (day) => isBlackFriday(day) || isBlackFriday(day - 3) },
  catalogue: {
    products: 25,
    variants: 3,
    low: 4,
    high: 119,
    step: 100,
    tail: 99,
    dearest: 11_999,
    variantStep: 300,
    nouns: [
      ...(['throw blanket', 'water bottle', 'yoga strap', 'candle set', 'trail socks'] as const),
      ...(['lunch box', 'wall hook', 'pet brush', 'garden gloves', 'tote bag'] as const),
    ],
    brand: 'Synthetic Supply',
    // 2026-04-02, -07-07, -10-06 and -11-19.
    newcomers: [1_775_138_400, 1_783_432_800, 1_791_295_200, 1_795_100_400],
  },
  shipping: { low: 3, high: 9, step: 100, tail: 99, help: 300 },
  codShare: 0,
  cancelledShare: 0.04,
  refundedShare: 0.05,
  lateShare: 0.03,
  platforms: [undefined, undefined, 0.7],
  buyers: { tag: 'Us', low: 40_000, high: 69_999 },
  taxSteps: 71,
  fees: [
    { name: 'referral_fee_amount', percent: 6, share: 1 },
    { name: 'affiliate_commission_amount', percent: 8, share: 0.2 },
    { name: 'gmv_max_ad_fee_amount', percent: 3, share: 0.05 },
  ],
  reserve: { share: 0.02, percent: 10, days: 7 },
  hasPayments: true,
};

export const PROFILES: Readonly<Record<SyntheticKey, SyntheticProfile>> = { id: ID, us: US };

/** The day after the fourth Thursday of November. */
function isBlackFriday(day: number): boolean {
  const date = dateOf(day);
  const dayOfMonth = date.getUTCDate();
  return (
    date.getUTCMonth() === 10 && date.getUTCDay() === 5 && dayOfMonth >= 23 && dayOfMonth <= 29
  );
}

function dateOf(day: number): Date {
  return new Date(day * DAY_S * 1000);
}
