import { shopOfScope } from '@tokometrics/contracts';
import type { Fences, ShopProjection } from '@tokometrics/erasure';
import type { ShopState, ShopStates } from './mongo-shop-state.ts';

export interface Zones {
  /** Zone in which the connection's days are cut; undefined for a shop that was never announced. */
  zoneOf(shopKey: string, epoch: number): Promise<string | undefined>;
  forget(scope: string): void;
}

export interface ZoneParts {
  readonly shops: Pick<ShopProjection, 'announced'>;
  readonly states: Pick<ShopStates, 'open' | 'erase'>;
  readonly guardedChunk: Fences['guardedChunk'];
}

const keyOf = (shopKey: string, epoch: number): string => `${shopKey}:${String(epoch)}`;

/** The zone that an epoch began with, kept in the store: a later announcement moves no closed day. */
export function createZones({ shops, states, guardedChunk }: ZoneParts): Zones {
  const open = new Map<string, ShopState>();
  const opening = new Map<string, Promise<string | undefined>>();

  const openOnce = async (shopKey: string, epoch: number): Promise<string | undefined> => {
    const announced = await shops.announced(shopKey, epoch);
    if (announced === undefined) {
      return undefined;
    }
    const state = { shopKey, epoch, zone: announced.timezone, rev: 0 };
    // As a chunk: what landed of a write that failed is to go as well.
    const { value, fenced } = await guardedChunk([{ shopKey, epoch }], () => states.open(state), {
      undo: async () => {
        await states.erase(shopKey, epoch);
      },
    });
    if (value === undefined || fenced.length > 0) {
      return state.zone;
    }
    open.set(keyOf(shopKey, epoch), value);
    return value.zone;
  };

  return {
    async zoneOf(shopKey, epoch) {
      const key = keyOf(shopKey, epoch);
      const known = open.get(key);
      if (known !== undefined) {
        return known.zone;
      }
      // The first chunk of a shop asks for all its records at once.
      const asked = opening.get(key) ?? openOnce(shopKey, epoch);
      opening.set(key, asked);
      try {
        return await asked;
      } finally {
        opening.delete(key);
      }
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
