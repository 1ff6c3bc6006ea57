import type { ShopLifecycle } from '@tokometrics/contracts';
import type { SagaState } from './saga-state.ts';

/** True while another shop of the merchant, still connected, lives by the same authorization. */
export function isAuthorizationShared(
  shops: Iterable<ShopLifecycle>,
  { merchantId, authKey, shopKey }: Pick<SagaState, 'merchantId' | 'authKey' | 'shopKey'>,
  isClosed: (shopKey: string, epoch: number) => boolean,
): boolean {
  return [...shops].some(
    (shop) =>
      shop.merchantId === merchantId &&
      shop.authKey === authKey &&
      shop.shopKey !== shopKey &&
      shop.state !== 'disconnected' &&
      !isClosed(shop.shopKey, shop.epoch),
  );
}
