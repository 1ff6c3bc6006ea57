import { shopOfScope } from '@tokometrics/contracts';
import type { ShopProjection } from '@tokometrics/erasure';
import type { ShopState, ShopStates } from './mongo-shop-state.ts';

export interface Zones {
  /** Zone in which the connection's days are cut; undefined for a shop that was never announced. */
  zoneOf(shopKey: string, epoch: number): Promise<string | undefined>;
  forget(scope: string): void;
}

/** The zone that an epoch began with, kept in the store: a later announcement moves no closed day. */
export function createZones(shops: ShopProjection, states: ShopStates): Zones {
  const open = new Map<string, ShopState>();
  const keyOf = (shopKey: string, epoch: number): string => `${shopKey}:${String(epoch)}`;

  return {
    async zoneOf(shopKey, epoch) {
      const known = open.get(keyOf(shopKey, epoch));
      if (known !== undefined) {
        return known.zone;
      }
      const announced = shops.find(shopKey);
      if (announced === undefined || announced.epoch < epoch) {
        return undefined;
      }
      const state = await states.open({ shopKey, epoch, zone: announced.timezone, rev: 0 });
      open.set(keyOf(shopKey, epoch), state);
      return state.zone;
    },
    forget(scope) {
      const shopKey = shopOfScope(scope);
      for (const [key, state] of open) {
        if (state.shopKey === shopKey) {
          open.delete(key);
        }
      }
    },
  };
}
