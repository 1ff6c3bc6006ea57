import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stockAt } from '../inventory.ts';
import { DAY_S } from '../zone-time.ts';
import { expectStock } from './synthetic-expected-stock.ts';
import { PROFILES } from './synthetic-profile.ts';
import { createSyntheticShop } from './synthetic-shop.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;

describe.each(['id', 'us'] as const)('the stock of the shop "%s"', (key) => {
  it('is what its events leave of it, for 20 seeds and at any time', () => {
    const times = fc.integer({ min: -4 * DAY_S, max: 12 * DAY_S });
    let setAside = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), times, (seed, later) => {
        const now = NOW + later;
        const shop = createSyntheticShop(PROFILES[key], {
          ...{ seed: String(seed), days: 6, seededAt: NOW },
          ...{ added: () => [], rates: () => [] },
        });
        const { products, sales } = shop.book(now);
        const skus = products.flatMap((product) => product.skus);
        const shown = Object.fromEntries(skus.map((sku) => [sku.id, stockAt(sku, sales, now)]));

        const told = expectStock(Object.keys(shown), shop.events(now), now);

        expect(told).toEqual(shown);
        setAside += Object.values(told).reduce((sum, { committed }) => sum + committed, 0);
      }),
      { numRuns: 20 },
    );
    expect(setAside).toBeGreaterThan(0);
  });
});
