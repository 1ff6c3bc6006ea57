import { describe, expect, it } from '@jest/globals';
import { describeSellerCentre, hiddenRules, type GmvRules } from './seller-centre.ts';
import { PROFILES } from './synthetic/synthetic-profile.ts';
import { createSyntheticShop } from './synthetic/synthetic-shop.ts';

const NOW = Date.parse('2026-10-23T15:00:00Z') / 1000;
const SEEDS = Array.from({ length: 40 }, (_, seed) => String(seed));

const shops = (['id', 'us'] as const).map((key) =>
  createSyntheticShop(PROFILES[key], {
    seed: '20260212',
    days: 40,
    seededAt: NOW,
    added: () => [],
    rates: () => [],
  }),
);
const combine = (timezones: string[]): GmvRules[] =>
  timezones.flatMap((timezone) =>
    (['seller_price', 'buyer_paid', 'total_amount'] as const).flatMap((profile) =>
      (['counted', 'left_out'] as const).flatMap((samples) =>
        (['at_order', 'at_payment', 'left_out'] as const).map((cod) => ({
          timezone,
          profile,
          samples,
          cod,
        })),
      ),
    ),
  );

describe.each(shops)('the seller centre of $facts.key', (shop) => {
  const all = combine([...new Set(SEEDS.map((seed) => hiddenRules(shop.facts, seed).timezone))]);
  const figuresOf = (rules: GmvRules): string =>
    JSON.stringify(describeSellerCentre(shop, rules, NOW).days.map(({ date, gmv }) => [date, gmv]));

  it('counts by rules that the figures alone give away', () => {
    const candidates = all.map((rules) => ({ ...rules, figures: figuresOf(rules) }));
    for (const seed of SEEDS) {
      const hidden = hiddenRules(shop.facts, seed);
      const shown = candidates.find(
        ({ timezone, profile, samples, cod }) =>
          timezone === hidden.timezone &&
          profile === hidden.profile &&
          samples === hidden.samples &&
          cod === hidden.cod,
      );
      const fitting = candidates.filter(({ figures }) => figures === shown?.figures);

      const told = new Set(fitting.map(({ timezone, profile }) => `${timezone} ${profile}`));
      expect(told).toEqual(new Set([`${hidden.timezone} ${hidden.profile}`]));
    }
  });

  it('has every rule in some seed, the same one for the same seed', () => {
    const chosen = SEEDS.map((seed) => hiddenRules(shop.facts, seed));
    const kinds = (pick: (rules: GmvRules) => string): number => new Set(chosen.map(pick)).size;

    expect(hiddenRules(shop.facts, '7')).toEqual(hiddenRules(shop.facts, '7'));
    expect([
      kinds(({ timezone }) => timezone),
      kinds(({ profile }) => profile),
      kinds(({ samples }) => samples),
      kinds(({ cod }) => cod),
    ]).toEqual([3, 3, 2, 3]);
  });

  it('keeps cancelled and refunded orders, on the day of their sale', () => {
    const rules: GmvRules = {
      timezone: shop.facts.zone.name,
      profile: 'seller_price',
      samples: 'left_out',
      cod: 'at_order',
    };
    const { orders } = shop.book(NOW);
    const [cancelled] = orders.filter(
      ({ cancellation, paidTime, kind }) =>
        cancellation !== undefined && paidTime !== undefined && !kind.isCod,
    );
    const at = cancelled?.paidTime ?? 0;
    const countAt = (now: number): number =>
      describeSellerCentre(shop, rules, now).days.reduce((sum, day) => sum + day.orders, 0);

    expect(cancelled?.cancellation?.at).toBeLessThan(NOW);
    expect(countAt(at) - countAt(at - 1)).toBeGreaterThan(0);
    expect(countAt(NOW)).toBeGreaterThan(1_000);
  });
});
