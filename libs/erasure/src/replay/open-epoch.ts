import type { ShopKey } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit';
import type { Fences } from '../guard.ts';
import type { ShopProjection } from '../shop-projection.ts';

export function shopIsFenced(): AppError {
  return new AppError(
    'resource.conflict',
    'this connection is being erased or is erased: nothing of it may be sent again',
    { details: { reason: 'shop.fenced' } },
  );
}

/** The epoch of the shop's present connection; refused where that is closed. */
export function openEpoch(
  shops: Pick<ShopProjection, 'find'>,
  fences: Pick<Fences, 'isFenced'>,
  shopKey: ShopKey,
): number {
  const shop = shops.find(shopKey);
  if (shop === undefined) {
    throw new AppError('resource.not_found', 'no shop of this key was ever connected', {
      details: { reason: 'shop.unknown' },
    });
  }
  if (fences.isFenced(shopKey, shop.epoch)) {
    throw shopIsFenced();
  }
  return shop.epoch;
}
