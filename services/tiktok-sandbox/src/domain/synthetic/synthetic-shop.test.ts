import { describe, expect, it } from '@jest/globals';
import { fnv1a32, mulberry32 } from '../hash.ts';
import { rowAmountsAt, statementTime } from '../ledger.ts';
import { orderTotals, statusAt } from '../order.ts';
import { stockAt } from '../inventory.ts';
import { createZone, DAY_S } from '../zone-time.ts';
import { PROFILES } from './synthetic-profile.ts';
import { createSyntheticShop, type SyntheticShop } from './synthetic-shop.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;
const jakarta = createZone('Asia/Jakarta');

function make(seed = '20260212', days = 30, added: number[] = [], seededAt = NOW): SyntheticShop {
  return createSyntheticShop(PROFILES.id, {
    seed,
    days,
    seededAt,
    added: () => added,
    rates: () => [],
  });
}

describe('random streams', () => {
  it.each([
    ['20260212/id/2026-03-01/orders', 3_068_573_553, [2_111_158_570, 2_939_110_811, 31_056_589]],
    ['20260212/us/2026-11-01/orders', 4_115_843_799, [2_430_847_946, 2_979_404_431, 1_814_719_269]],
  ])('of %s begin as published', (name, state, outputs) => {
    const next = mulberry32(fnv1a32(name));

    expect(fnv1a32(name)).toBe(state);
    expect([next(), next(), next()]).toEqual(outputs);
  });
});

describe('the synthetic shop "id"', () => {
  it('makes a day the same whatever "now" and the length of history are', () => {
    const one = make('7', 5).book(NOW).orders;
    const other = make('7', 30, [], NOW + 2 * DAY_S).book(NOW + 2 * DAY_S);
    const from = one[0]!.createTime;
    const until = one.at(-1)!.createTime;

    expect(
      other.orders.filter(({ createTime }) => createTime >= from && createTime <= until),
    ).toEqual(one);
  });

  it('trades today and goes on trading as the clock moves', () => {
    const shop = make();
    const count = (now: number): number =>
      shop.book(now).orders.filter(({ createTime }) => createTime <= now).length;
    const today = shop
      .book(NOW)
      .orders.filter(
        ({ createTime }) => createTime <= NOW && jakarta.dayOf(createTime) === jakarta.dayOf(NOW),
      );

    expect(today.length).toBeGreaterThan(20);
    expect(count(NOW + 3_600)).toBeGreaterThan(count(NOW));
    expect(count(NOW + 3 * DAY_S)).toBeGreaterThan(count(NOW) + 100);
  });

  it('has an order at both seconds around the days of a month that begins (TD24)', () => {
    const march = Date.parse('2026-03-10T00:00:00Z') / 1000;
    const times = new Set(
      make('1', 20, [], march)
        .book(march)
        .orders.map((o) => o.createTime),
    );

    expect([1_772_384_399, 1_772_384_400].map((at) => times.has(at))).toEqual([true, true]);
    expect([1_772_384_399 - DAY_S, 1_772_384_400 - DAY_S].every((at) => times.has(at))).toBe(true);
  });

  it('sells six times as much on its four days', () => {
    const now = Date.parse('2026-11-20T00:00:00Z') / 1000;
    const perDay = new Map<string, number>();
    for (const { createTime } of make('3', 30, [], now).book(now).orders) {
      const date = new Date((createTime + 7 * 3_600) * 1000).toISOString().slice(0, 10);
      perDay.set(date, (perDay.get(date) ?? 0) + 1);
    }

    expect(perDay.get('2026-11-11')).toBeGreaterThan(300);
    expect(perDay.get('2026-11-12')).toBeLessThan(100);
  });

  it('spreads kinds of orders as it was told', () => {
    const orders = make('20260212', 400)
      .book(NOW)
      .orders.filter(({ createTime }) => createTime <= NOW - 30 * DAY_S);
    const share = (is: (order: (typeof orders)[number]) => boolean): number =>
      orders.filter(is).length / orders.length;
    const near = (value: number, wanted: number): void => {
      expect(Math.abs(value - wanted)).toBeLessThan(0.012 + wanted * 0.06);
    };

    near(
      share(({ kind }) => kind.isCod),
      0.25,
    );
    near(
      share(({ kind }) => kind.commercePlatform === 'TOKOPEDIA'),
      0.3,
    );
    near(
      share(({ kind }) => kind.isSample),
      0.005,
    );
    near(
      share(({ lines }) => lines.some(({ sellerDiscount }) => sellerDiscount > 0)),
      0.2,
    );
    near(
      share(({ lines }) => lines.some(({ platformDiscount }) => platformDiscount > 0)),
      0.1,
    );
    near(
      share((order) => statusAt(order, NOW) === 'CANCELLED'),
      0.03 * 0.75 + 0.06,
    );
    near(
      share(({ refunds }) => refunds.length > 0),
      0.03,
    );
    near(
      share((order) => order.rtsTime !== undefined && order.rtsTime > order.rtsSlaTime),
      0.05,
    );
    near(
      orders.reduce((sum, { units }) => sum + units, 0) / orders.length / 10,
      (1 + 0.45 / 0.55) / 10,
    );
    expect(Math.max(...orders.map(({ units }) => units))).toBeLessThanOrEqual(12);
    expect(share(({ kind }) => kind.isReplacement || kind.isExchange)).toBeGreaterThan(0);
    expect(share(({ lines }) => lines.some(({ isGift }) => isGift))).toBeGreaterThan(0);
  });

  it.each([
    ['platform_commission_amount', 1],
    ['transaction_fee_amount', 1],
    ['affiliate_commission_amount', 0.3],
  ])('charges %s on its part of the orders, and nothing else', (name, wanted) => {
    const fees = make('8', 60)
      .book(NOW)
      .finance.rows.flatMap((row) =>
        row.kind === 'order' && row.isSettlement && row.order.cancellation === undefined
          ? [row.fees]
          : [],
      );

    const part = fees.filter((charged) => name in charged).length / fees.length;
    expect(Math.abs(part - wanted)).toBeLessThan(0.03);
    expect(new Set(fees.flatMap((charged) => Object.keys(charged))).size).toBe(3);
  });

  it('keeps every identity of an order and of a statement exactly (TD23)', () => {
    const { orders, finance } = make('5', 60).book(NOW);
    for (const order of orders) {
      const { original, sellerDiscount, platformDiscount, subTotal, total } = orderTotals(order);
      expect(subTotal).toBe(original - sellerDiscount - platformDiscount);
      expect(total).toBe(subTotal + order.shippingFee);
      expect(Number.isInteger(total)).toBe(true);
    }
    for (const { revenue, shipping, fees, adjustment, settlement } of finance.statements) {
      expect(settlement).toBe(revenue + shipping + fees + adjustment);
      expect(fees).toBeLessThanOrEqual(0);
    }
    expect(finance.payments).toEqual([]);
  });

  it('moves every estimate into a statement and loses none', () => {
    const shop = make('9', 20);
    const { orders, finance } = shop.book(NOW);
    const last = NOW + 60 * DAY_S;
    const known = orders.filter(({ createTime }) => createTime <= NOW);
    const ids = new Set(known.map(({ id }) => id));
    const open = finance.rows.flatMap((row) =>
      row.kind === 'order' &&
      ids.has(row.order.id) &&
      statementTime(row.day) > NOW &&
      rowAmountsAt(row, NOW) !== undefined
        ? [row]
        : [],
    );
    const vanished = open.filter((row) => rowAmountsAt(row, last) === undefined);

    expect(open.length).toBeGreaterThan(300);
    expect(vanished.every(({ order }) => order.cancellation !== undefined)).toBe(true);
  });

  it('takes an order by hand, numbered apart', () => {
    const added: number[] = [];
    const shop = make('4', 10, added);
    const before = shop.book(NOW).orders.length;

    added.push(NOW);

    const { orders } = shop.book(NOW);
    expect(orders).toHaveLength(before + 1);
    expect(orders.filter(({ createTime }) => createTime === NOW).map(({ id }) => id)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^5760622611230090\d\d$/)]),
    );
  });

  it('has ids of 18 or 19 digits that are unique, and stock for what it sells', () => {
    const { orders, products, sales, finance } = make('6', 40).book(NOW);
    const units = orders.flatMap(({ lines }) => lines.map(({ unitIdPrefix }) => unitIdPrefix));
    const ids = [...orders.map(({ id }) => id), ...finance.rows.map(({ id }) => id)];

    expect(new Set(units).size).toBe(units.length);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^\d{18,19}$/.test(id) && BigInt(id) > 2n ** 53n)).toBe(true);
    expect(units.every((id) => /^\d{13,14}$/.test(id))).toBe(true);
    expect(products).toHaveLength(40);
    for (const sku of products.flatMap(({ skus }) => skus)) {
      expect(stockAt(sku, sales, NOW).available).toBeGreaterThanOrEqual(20);
    }
  });
});
