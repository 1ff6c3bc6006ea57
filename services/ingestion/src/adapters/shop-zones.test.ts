import { describe, expect, it } from '@jest/globals';
import { aShopKey, aShopLifecycle } from '@tokometrics/testkit';
import type { ShopState } from './mongo-shop-state.ts';
import { createZones } from './shop-zones.ts';
import type { ZoneParts } from './shop-zones.ts';

const SHOP = aShopKey();

/** Announcements and stored states in memory; a fence falls when the test says so. */
function aPlace() {
  const announced = new Map<string, { epoch: number; timezone: string }>();
  const stored = new Map<string, ShopState>();
  const place = { isFenced: false, fenceFallsMeanwhile: false, isAnswerLost: false, writes: 0 };
  const guardedChunk: ZoneParts['guardedChunk'] = async (scopes, op, options) => {
    if (place.isFenced) {
      return { value: undefined, fenced: scopes };
    }
    try {
      const value = await op(scopes);
      await (place.fenceFallsMeanwhile ? options?.undo?.(scopes, value) : undefined);
      return { value, fenced: place.fenceFallsMeanwhile ? scopes : [] };
    } catch (error) {
      await (place.fenceFallsMeanwhile ? options?.undo?.(scopes, undefined) : undefined);
      throw error;
    }
  };
  const zones = createZones({
    shops: {
      announced: (shopKey, epoch) => {
        const shop = announced.get(shopKey);
        return Promise.resolve(
          shop === undefined || shop.epoch < epoch ? undefined : aShopLifecycle(shop),
        );
      },
    },
    states: {
      open: (state) => {
        place.writes += 1;
        const key = `${state.shopKey}:${String(state.epoch)}`;
        const first = stored.get(key) ?? state;
        stored.set(key, first);
        return place.isAnswerLost
          ? Promise.reject(new Error('the answer was lost'))
          : Promise.resolve(first);
      },
      erase: (shopKey) => {
        const found = [...stored].filter(([, state]) => state.shopKey === shopKey);
        found.forEach(([key]) => stored.delete(key));
        return Promise.resolve({ found: found.length, removed: found.length });
      },
    },
    guardedChunk,
  });
  return { zones, announced, stored, place };
}

describe('the zone in which days are cut', () => {
  it('stays for a connection, whatever is announced later; the next connection takes the new one', async () => {
    const { zones, announced } = aPlace();
    announced.set(SHOP, { epoch: 1, timezone: 'Europe/London' });
    const first = await zones.zoneOf(SHOP, 1);
    announced.set(SHOP, { epoch: 2, timezone: 'Asia/Jakarta' });
    zones.forget(`shop:${SHOP}`);

    expect(first).toBe('Europe/London');
    expect(await zones.zoneOf(SHOP, 1)).toBe('Europe/London');
    expect(await zones.zoneOf(SHOP, 2)).toBe('Asia/Jakarta');
  });

  it('is unknown of a shop, and of a connection, that was never announced', async () => {
    const { zones, announced } = aPlace();
    const before = await zones.zoneOf(SHOP, 1);
    announced.set(SHOP, { epoch: 1, timezone: 'Europe/London' });

    expect(before).toBeUndefined();
    expect(await zones.zoneOf(SHOP, 2)).toBeUndefined();
    expect(await zones.zoneOf(SHOP, 1)).toBe('Europe/London');
  });

  it('is written once for all records of a chunk', async () => {
    const { zones, announced, place } = aPlace();
    announced.set(SHOP, { epoch: 1, timezone: 'Europe/London' });

    await Promise.all(Array.from({ length: 50 }, () => zones.zoneOf(SHOP, 1)));

    expect(place.writes).toBe(1);
  });

  it('leaves nothing in the store of a connection that is closed, or is closed meanwhile', async () => {
    const { zones, announced, stored, place } = aPlace();
    announced.set(SHOP, { epoch: 1, timezone: 'Europe/London' });
    place.fenceFallsMeanwhile = true;
    const meanwhile = await zones.zoneOf(SHOP, 1);
    place.isFenced = true;

    expect(meanwhile).toBe('Europe/London');
    expect(await zones.zoneOf(SHOP, 1)).toBe('Europe/London');
    expect(stored.size).toBe(0);
  });

  it('leaves nothing of a write that failed while the connection was closed', async () => {
    const { zones, announced, stored, place } = aPlace();
    announced.set(SHOP, { epoch: 1, timezone: 'Europe/London' });
    Object.assign(place, { isAnswerLost: true, fenceFallsMeanwhile: true });

    await expect(zones.zoneOf(SHOP, 1)).rejects.toThrow('the answer was lost');

    expect(place.writes).toBe(1);
    expect(stored.size).toBe(0);
  });
});
