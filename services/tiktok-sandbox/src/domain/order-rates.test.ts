import { describe, expect, it } from '@jest/globals';
import type { OrderRate } from './order-rates.ts';
import { PROFILES } from './synthetic/synthetic-profile.ts';
import { createSyntheticShop, type SyntheticShop } from './synthetic/synthetic-shop.ts';
import { DAY_S } from './zone-time.ts';

const NOW = Date.parse('2026-10-23T05:00:00Z') / 1000;

function make(rates: OrderRate[]): SyntheticShop {
  const given = { seed: '11', days: 5, seededAt: NOW, added: () => [], rates: () => rates };
  return createSyntheticShop(PROFILES.id, given);
}

function open(rates: OrderRate[]) {
  const shop = make(rates);
  return (now = NOW): string[] => ordersOf(shop, now).map(({ id }) => id);
}

const ordersOf = (shop: SyntheticShop, now: number) =>
  shop.book(now).orders.filter(({ createTime }) => createTime <= now);

const usual = open([]);

describe('a factor on the orders of the synthetic shops', () => {
  it.each([0, 0.25, 1, 1.5, 4, 9])('of %d gives as many times the usual orders', (factor) => {
    const ids = open([{ at: 0, factor }])();

    expect(Math.abs(ids.length / usual().length - factor)).toBeLessThan(0.15 * Math.max(factor, 1));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^\d{18}$/.test(id))).toBe(true);
  });

  it('adds to the usual orders, or leaves some out, and changes none', () => {
    const same = ordersOf(make([]), NOW);
    const more = make([{ at: 0, factor: 3.5 }]).book(NOW).orderById;
    const fewer = ordersOf(make([{ at: 0, factor: 0.5 }]), NOW);
    const byId = new Map(same.map((order) => [order.id, order]));

    expect(same.map(({ id }) => more.get(id))).toEqual(same);
    expect(fewer.map(({ id }) => byId.get(id))).toEqual(fewer);
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
