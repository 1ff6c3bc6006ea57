import type { ShopLifecycle } from '@tokometrics/contracts';
import { marketOf } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import type { Known } from './completeness.ts';

export interface ShopAccessDeps {
  readonly findShop: (shopKey: string) => ShopLifecycle | undefined;
  readonly isFenced: (shopKey: string, epoch: number) => boolean;
  readonly known: (shopKey: string, epoch: number) => Promise<Known>;
  readonly now: () => Date;
}

export interface OpenShop {
  readonly shopKey: string;
  readonly epoch: number;
  readonly zone: string;
  readonly currency: string | null;
  /** Never empty: what a figure without rows is written in. */
  readonly shownCurrency: string;
}

export interface KnownShop extends OpenShop {
  /** Of its figures, see `Known`. */
  readonly revision: number;
}

/** Unknown, foreign, disconnected and erased are one answer: there is nothing here. */
export function openShop(deps: ShopAccessDeps, merchantId: string, shopKey: string): OpenShop {
  const shop = deps.findShop(shopKey);
  if (
    shop?.merchantId !== merchantId ||
    shop.state === 'disconnected' ||
    deps.isFenced(shopKey, shop.epoch)
  ) {
    throw new AppError('resource.not_found', 'there is no such shop');
  }
  return {
    shopKey,
    epoch: shop.epoch,
    zone: shop.timezone,
    currency: shop.currency,
    shownCurrency: shop.currency ?? marketOf(shop.region)?.currency ?? 'XXX',
  };
}
