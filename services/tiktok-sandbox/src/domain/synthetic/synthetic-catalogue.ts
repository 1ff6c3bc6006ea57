import { DAY_S } from '../zone-time.ts';
import { createStream } from './random-stream.ts';
import { syntheticProductId, syntheticSkuId } from './synthetic-ids.ts';

const PRODUCTS = 40;
const PRICE_STEP = 500;
const NOUNS = [
  ...['batik shirt', 'canvas bag', 'coffee beans', 'rattan basket', 'hair oil', 'prayer mat'],
  ...['phone case', 'sambal jar', 'sandals', 'desk lamp'],
] as const;
const VARIANTS = ['Small', 'Medium', 'Large', 'Family'] as const;
/** 2024-06-01. Old enough for every day that can be made. */
const FIRST_CREATED = 1_717_200_000;
/** The last products come to the shop one by one: 2026-03-15, -06-15, -09-15 and -11-20. */
const NEWCOMERS: readonly number[] = [1_773_540_000, 1_781_488_800, 1_789_437_600, 1_795_140_000];

export interface SyntheticSku {
  readonly skuId: string;
  readonly productId: string;
  readonly sellerSku: string;
  readonly title: string;
  readonly name: string;
  readonly price: number;
}

export interface SyntheticProduct {
  readonly id: string;
  readonly title: string;
  readonly createTime: number;
  readonly brand: string;
  readonly category: string;
  readonly skus: readonly [SyntheticSku, ...SyntheticSku[]];
}

export type SyntheticCatalogue = readonly [SyntheticProduct, ...SyntheticProduct[]];

export function createCatalogue(seed: string): SyntheticCatalogue {
  const stream = createStream(`${seed}/id/catalogue`);
  const make = (index: number): SyntheticProduct => {
    const noun = NOUNS[index % NOUNS.length] ?? NOUNS[0];
    const title = `Synthetic ${noun} no. ${String(1 + Math.floor(index / NOUNS.length))}`;
    const base = stream.between(15_000 / PRICE_STEP, 450_000 / PRICE_STEP) * PRICE_STEP;
    const count = stream.between(1, VARIANTS.length);
    const sku = (variant: number): SyntheticSku => ({
      productId: syntheticProductId(index + 1),
      skuId: syntheticSkuId(index + 1, variant + 1),
      sellerSku: `SYN-${String(index + 1).padStart(3, '0')}-${String(variant + 1)}`,
      title,
      name: VARIANTS[variant] ?? VARIANTS[0],
      price: Math.min(450_000, base + variant * 7_500),
    });
    return {
      id: syntheticProductId(index + 1),
      title,
      createTime: NEWCOMERS[index - (PRODUCTS - NEWCOMERS.length)] ?? FIRST_CREATED + index * DAY_S,
      brand: 'Sintetis',
      category: noun,
      skus: [sku(0), ...Array.from({ length: count - 1 }, (_, more) => sku(more + 1))],
    };
  };
  return [make(0), ...Array.from({ length: PRODUCTS - 1 }, (_, index) => make(index + 1))];
}
