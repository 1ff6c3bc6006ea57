import { DAY_S } from '../zone-time.ts';
import { createStream } from './random-stream.ts';
import type { SyntheticIds } from './synthetic-ids.ts';
import type { SyntheticProfile } from './synthetic-profile.ts';

const VARIANTS = ['Small', 'Medium', 'Large', 'Family'] as const;
/** 2024-06-01. Old enough for every day that can be made. */
const FIRST_CREATED = 1_717_200_000;

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

export function createCatalogue(
  seed: string,
  { catalogue: plan, key }: SyntheticProfile,
  ids: SyntheticIds,
): SyntheticCatalogue {
  const stream = createStream(`${seed}/${key}/catalogue`);
  const make = (index: number): SyntheticProduct => {
    const noun = plan.nouns[index % plan.nouns.length] ?? plan.nouns[0];
    const title = `Synthetic ${noun} no. ${String(1 + Math.floor(index / plan.nouns.length))}`;
    const base = stream.between(plan.low, plan.high) * plan.step + plan.tail;
    const count = stream.between(1, plan.variants);
    const sku = (variant: number): SyntheticSku => ({
      productId: ids.product(index + 1),
      skuId: ids.sku(index + 1, variant + 1),
      sellerSku: `SYN-${String(index + 1).padStart(3, '0')}-${String(variant + 1)}`,
      title,
      name: VARIANTS[variant] ?? VARIANTS[0],
      price: Math.min(plan.dearest, base + variant * plan.variantStep),
    });
    return {
      id: ids.product(index + 1),
      title,
      createTime:
        plan.newcomers[index - (plan.products - plan.newcomers.length)] ??
        FIRST_CREATED + index * DAY_S,
      brand: plan.brand,
      category: noun,
      skus: [sku(0), ...Array.from({ length: count - 1 }, (_, more) => sku(more + 1))],
    };
  };
  return [make(0), ...Array.from({ length: plan.products - 1 }, (_, index) => make(index + 1))];
}
