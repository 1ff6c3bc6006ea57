import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rowAmountsAt, statementTime } from '../ledger.ts';
import { moneyText } from '../money.ts';
import { DAY_S } from '../zone-time.ts';
import { expectUnsettled } from './synthetic-expected-unsettled.ts';
import { PROFILES } from './synthetic-profile.ts';
import { createSyntheticShop, type SyntheticShop } from './synthetic-shop.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;

/** By order, the sum of the rows that are served. */
function servedBy({ book, facts }: SyntheticShop, now: number): Record<string, string> {
  const sums = new Map<string, number>();
  for (const row of book(now).finance.rows) {
    const isOpen = row.kind === 'order' && statementTime(row.day) > now;
    const amounts = isOpen ? rowAmountsAt(row, now) : undefined;
    if (isOpen && amounts !== undefined) {
      sums.set(row.order.id, (sums.get(row.order.id) ?? 0) + amounts.settlement);
    }
  }
  return Object.fromEntries([...sums].map(([id, sum]) => [id, moneyText(sum, facts.money)]));
}

describe.each(['id', 'us'] as const)('the estimates of the shop "%s"', (key) => {
  it('are what its events will come to, for 20 seeds and at any time', () => {
    const times = fc.integer({ min: -4 * DAY_S, max: 12 * DAY_S });
    let open = 0;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999 }), times, (seed, later) => {
        const now = NOW + later;
        const shop = createSyntheticShop(PROFILES[key], {
          ...{ seed: String(seed), days: 6, seededAt: NOW },
          ...{ added: () => [], rates: () => [] },
        });

        const told = expectUnsettled(shop.events(now), shop.facts.money, now);

        expect(told).toEqual(servedBy(shop, now));
        open += Object.keys(told).length;
      }),
      { numRuns: 20 },
    );
    expect(open).toBeGreaterThan(0);
  });
});
