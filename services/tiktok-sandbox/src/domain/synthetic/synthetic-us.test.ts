import { describe, expect, it } from '@jest/globals';
import { rowAmountsAt, type ReserveRow } from '../ledger.ts';
import { orderTotals, statusAt } from '../order.ts';
import { compactDate, createZone, DAY_S, HOUR_S, isoDate } from '../zone-time.ts';
import { PROFILES } from './synthetic-profile.ts';
import { createSyntheticShop } from './synthetic-shop.ts';

const NOW = Date.parse('2026-12-20T12:00:00Z') / 1000;
const newYork = createZone('America/New_York');

function make(seed: string, days: number, seededAt = NOW) {
  const given = { seed, days, seededAt, added: () => [], rates: () => [] };
  return createSyntheticShop(PROFILES.us, given);
}

const whole = make('20260212', 400);
const { orders, finance, products } = whole.book(NOW);
const old = orders.filter(({ createTime }) => createTime <= NOW - 30 * DAY_S);
const share = (is: (order: (typeof orders)[number]) => boolean): number =>
  old.filter(is).length / old.length;

describe('the synthetic shop "us"', () => {
  it.each([
    ['01:30 EDT of the doubled hour', 1_793_511_000],
    ['01:30 EST of the doubled hour', 1_793_514_600],
    ['01:59:59 EST before the missing hour', 1_772_953_199],
    ['03:00:00 EDT after the missing hour', 1_772_953_200],
  ])('has an order at %s (TD24)', (_name, at) => {
    expect(orders.filter(({ createTime }) => createTime === at)).toHaveLength(1);
  });

  it('has those orders in other years too', () => {
    const spring = Date.parse('2025-03-09T07:00:00Z') / 1000;
    const times = make('1', 3, spring + DAY_S)
      .book(spring + DAY_S)
      .orders.map(({ createTime }) => createTime);

    expect(times).toEqual(expect.arrayContaining([spring - 1, spring]));
  });

  it('trades in both halves of the doubled hour, and has no time in the missing one', () => {
    const began = Date.parse('2026-11-01T05:00:00Z') / 1000;
    const halves = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'].flatMap((seed) =>
      make(seed, 1, began + DAY_S / 2)
        .book(began + DAY_S / 2)
        .orders.map(({ createTime }) => Math.floor((createTime - began) / HOUR_S)),
    );

    expect(halves.filter((half) => half === 0).length).toBeGreaterThan(10);
    expect(halves.filter((half) => half === 1).length).toBeGreaterThan(10);
  });

  it('puts each order on the local day that its id names', () => {
    const astray = orders.filter(
      ({ id, createTime }) => id.slice(6, 12) !== compactDate(newYork.dayOf(createTime)).slice(2),
    );

    expect(astray).toEqual([]);
  });

  it('has a day of 23 hours and one of 25 with all their orders', () => {
    const hours = (date: string): Set<number> => {
      const day = Date.parse(date) / 1000 / DAY_S;
      const begins = newYork.toEpoch(day * DAY_S);
      return new Set(
        orders
          .filter(({ createTime }) => newYork.dayOf(createTime) === day)
          .map(({ createTime }) => Math.floor((createTime - begins) / HOUR_S)),
      );
    };

    expect(Math.max(...hours('2026-03-08'))).toBe(22);
    expect(Math.max(...hours('2026-11-01'))).toBe(24);
  });

  it('sells five times as much on Black Friday and the Monday after', () => {
    const perDay = new Map<string, number>();
    for (const { createTime } of orders) {
      const date = isoDate(newYork.dayOf(createTime));
      perDay.set(date, (perDay.get(date) ?? 0) + 1);
    }
    const dates = [...perDay].filter(([, count]) => count > 120).map(([date]) => date);

    expect(dates).toEqual(['2025-11-28', '2025-12-01', '2026-11-27', '2026-11-30']);
  });

  it.each([
    ['cancelled', 0.03 + 0.97 * 0.04, (is) => statusAt(is, NOW) === 'CANCELLED'],
    ['refunded', 0.05 * 0.93, ({ refunds }) => refunds.length > 0],
    ['late', 0.03, (is) => is.rtsTime !== undefined && is.rtsTime > is.rtsSlaTime],
    ['paid at the door', 0, ({ kind }) => kind.isCod],
    ['sold elsewhere', 0, ({ kind }) => kind.commercePlatform !== undefined],
    ['taxed', 71 / 72, ({ lines }) => (lines[0]?.taxRate ?? 0) > 0],
  ] as [string, number, (order: (typeof orders)[number]) => boolean][])(
    'has its part of orders that are %s (TD22)',
    (_name, wanted, is) => {
      expect(Math.abs(share(is) - wanted)).toBeLessThan(0.006 + wanted * 0.06);
    },
  );

  it('has 25 products of 1 to 3 SKUs from $4.99 to $119.99', () => {
    const skus = products.flatMap((product) => product.skus);

    expect(products).toHaveLength(25);
    expect(new Set(products.map((product) => product.skus.length))).toEqual(new Set([1, 2, 3]));
    expect(skus.every(({ price }) => price >= 499 && price <= 11_999 && price % 100 === 99)).toBe(
      true,
    );
    expect(products.every(({ title }) => title.startsWith('Synthetic '))).toBe(true);
  });

  it('adds sales tax of at most 8.875 % on top of what the buyer pays for goods', () => {
    const taxed = orders.filter(({ lines }) => lines.some(({ tax }) => tax > 0));

    for (const order of taxed) {
      const { subTotal, tax, total } = orderTotals(order);
      expect(total).toBe(subTotal + order.shippingFee + tax);
      expect(tax).toBeLessThanOrEqual(subTotal * 0.08875 + order.lines.length / 2);
    }
    expect(Math.max(...taxed.map(({ lines }) => lines[0]?.taxRate ?? 0))).toBe(8_875);
  });

  it.each([
    ['referral_fee_amount', 1],
    ['affiliate_commission_amount', 0.2],
    ['gmv_max_ad_fee_amount', 0.05],
  ])('charges %s on its part of the orders', (name, wanted) => {
    const rows = finance.rows.flatMap((row) =>
      row.kind === 'order' && row.isSettlement && row.order.cancellation === undefined ? [row] : [],
    );
    const charged = rows.filter(({ fees }) => name in fees);

    expect(Math.abs(charged.length / rows.length - wanted)).toBeLessThan(0.012);
    expect(charged.every(({ fees }) => (fees[name] ?? 1) <= 0)).toBe(true);
  });

  it('keeps back a reserve of 2 % of its orders and gives it back 7 days later', () => {
    const reserves = finance.rows.filter((row): row is ReserveRow => row.kind === 'reserve');
    const byId = [...Map.groupBy(reserves, ({ reserveId }) => reserveId).values()];
    const settled = finance.rows.filter((row) => row.kind === 'order' && row.isSettlement);

    expect(Math.abs(byId.length / settled.length - 0.02)).toBeLessThan(0.005);
    for (const [collected, released, ...more] of byId) {
      expect(more).toEqual([]);
      expect([collected?.status, released?.status]).toEqual(['COLLECTED', 'RELEASED']);
      expect((released?.day ?? 0) - (collected?.day ?? 0)).toBe(7);
      expect(collected?.amount).toBeLessThan(0);
      expect((collected?.amount ?? 0) + (released?.amount ?? 0)).toBe(0);
    }
    expect(reserves.every((row) => rowAmountsAt(row, NOW * 2)?.settlement === 0)).toBe(true);
  });

  it('dates no statement before what it holds, though its evenings are the next day in UTC', () => {
    const early = finance.rows.filter((row) => {
      if (row.kind !== 'order' || row.order.cancellation !== undefined) {
        return false;
      }
      const done = row.isSettlement ? row.order.timeline.at(-1)?.at : row.refunds[0]?.at;
      return done === undefined || row.day * DAY_S <= done;
    });

    expect(early).toEqual([]);
  });

  it('pays each statement once, with its reserves, and misreports one payment a month', () => {
    const covered = new Map<string, number>();
    for (const { payment, settlement, reserve } of finance.statements) {
      if (payment !== undefined) {
        covered.set(payment.id, (covered.get(payment.id) ?? 0) + settlement + reserve);
      }
    }
    const wrong = finance.payments.filter(({ misreported }) => misreported !== 0);

    expect(finance.payments.map(({ id, amount }) => [id, amount])).toEqual([...covered]);
    expect(finance.statements.some(({ reserve }) => reserve !== 0)).toBe(true);
    expect(wrong.every(({ id, misreported }) => id.endsWith('15') && misreported === 1_234)).toBe(
      true,
    );
    expect(wrong.length).toBeGreaterThanOrEqual(12);
  });

  it('shares no id with the shop "id" (TD25)', () => {
    const given = {
      seed: '20260212',
      days: 12,
      seededAt: NOW,
      added: () => [NOW],
      rates: () => [],
    };
    const idsOf = (key: 'id' | 'us'): string[] => {
      const book = createSyntheticShop(PROFILES[key], given).book(NOW);
      return [
        ...book.orders.map(({ id }) => id),
        ...book.orders.flatMap(({ lines }) => lines.map((line) => `${line.unitIdPrefix}00001`)),
        ...book.products.flatMap(({ id, skus }) => [id, ...skus.map((sku) => sku.id)]),
        ...book.finance.rows.map(({ id }) => id),
        ...book.finance.rows.flatMap((row) => (row.kind === 'reserve' ? [`r${row.id}`] : [])),
        ...book.finance.statements.map(({ id }) => id),
        ...book.finance.payments.map(({ id }) => id),
      ];
    };
    const both = [...idsOf('id'), ...idsOf('us')];

    expect(new Set(both).size).toBe(both.length);
    expect(both.filter((id) => !/^r?\d{18,19}$/.test(id))).toEqual([]);
    expect(orders.every(({ id }) => id.startsWith('576001'))).toBe(true);
  });
});
