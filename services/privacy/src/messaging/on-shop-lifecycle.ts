import { shopLifecycle } from '@tokometrics/contracts';
import { parseRecord } from '@tokometrics/erasure';
import { done, park } from '@tokometrics/kit';
import type { InMessage, Outcome } from '@tokometrics/kit';

export interface ShopLifecycleDeps {
  /** Keeps a ciphertext of the scope's key while the key is there; the first one stays. */
  readonly takeCanary: (shopKey: string, epoch: number) => Promise<void>;
}

/** A scope opens: what will prove the end of its key is taken now, long before anyone asks for it. */
export async function onShopLifecycle(
  deps: ShopLifecycleDeps,
  message: InMessage,
): Promise<Outcome> {
  const shop = parseRecord(shopLifecycle, message);
  if (shop === undefined) {
    return park('schema');
  }
  if (shop.state !== 'disconnected') {
    await deps.takeCanary(shop.shopKey, shop.epoch);
  }
  return done;
}
