import { describe, expect, it } from '@jest/globals';
import type { OrderRate } from './order-rates.ts';
import { PROFILES } from './synthetic/synthetic-profile.ts';
import { createSyntheticShop } from './synthetic/synthetic-shop.ts';
import { DAY_S } from './zone-time.ts';

const NOW = Date.parse('2026-10-23T05:00:00Z') / 1000;

function open(rates: OrderRate[]) {
  const given = { seed: '11', days: 5, seededAt: NOW, added: () => [], rates: () => rates };
  const shop = createSyntheticShop(PROFILES.id, given);
  return (now = NOW): string[] =>
    shop
      .book(now)
      .orders.filter(({ createTime }) => createTime <= now)
      .map(({ id }) => id);
}

const usual = open([]);

describe('a factor on the orders of the synthetic shops', () => {
  it.each([0, 0.25, 1, 1.5, 4, 9])('of %d gives as many times the usual orders', (factor) => {
    const ids = open([{ at: 0, factor }])();

    expect(Math.abs(ids.length / usual().length - factor)).toBeLessThan(0.15 * Math.max(factor, 1));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^\d{18}$/.test(id))).toBe(true);
  });

  it('adds to the usual orders, or leaves some out, and changes none', () => {
    const more = new Set(open([{ at: 0, factor: 3.5 }])());
    const fewer = open([{ at: 0, factor: 0.5 }])();

    expect(usual().filter((id) => !more.has(id))).toEqual([]);
    expect(fewer.filter((id) => !usual().includes(id))).toEqual([]);
  });

  it('that changes later leaves all alone that was there before', () => {
    const rates: OrderRate[] = [];
    const shown = open(rates);
    const before = shown();
    const later = NOW + DAY_S;

    rates.push({ at: NOW + 1, factor: 5 });

    expect(shown()).toEqual(before);
    expect(shown(later).length - before.length).toBeGreaterThan(
      3 * (usual(later).length - usual().length),
    );
    rates.push({ at: later + 1, factor: 0 });
    const last = shown(later);
    expect(shown(later + 3 * DAY_S)).toEqual(last);
  });
});
