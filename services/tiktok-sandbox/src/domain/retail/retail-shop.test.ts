import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { readRetailFile } from '../../adapters/csv-retail-file.ts';
import { rowAmountsAt, statementTime } from '../ledger.ts';
import { moneyText } from '../money.ts';
import { orderTotals, statusAt, updateTimeAt, type Order } from '../order.ts';
import { stockAt } from '../inventory.ts';
import type { Book } from '../shop.ts';
import { createZone, DAY_S } from '../zone-time.ts';
import { expectRetail, type RetailExpected } from './retail-expected.ts';
import { weeksToShift } from './retail-orders.ts';
import { createRetailShop, type RetailShop } from './retail-shop.ts';
import type { RetailIntake } from './retail-intake.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z') / 1000;
const ALL_SETTLED = NOW + 40 * DAY_S;
const GBP = { currency: 'GBP', scale: 3, shown: 3 };
const london = createZone('Europe/London');
const dataFile = (name: string): string =>
  fileURLToPath(new URL(`../../../data/${name}`, import.meta.url));

const YEAR = {
  file: 'online_retail.csv.br',
  expected: 'expected-year.json',
  weeks: 780,
  rows: 541_909,
  tk2: { orders: 6_941, lineItems: 337_665, products: 3_324 },
  tk3: { subTotal: '1008575.130', shipping: '31770.370', shipped: 477, total: '1040345.500' },
  tk4: { linked: 1_544, unlinked: 6_995, samePrice: 1_413 },
  tk5: { orders: 37, units: 1_113, value: '3404.660' },
  tk6: { links: 1_408, orders: 781, units: 5_596, value: '22497.190', visible: '22494.640' },
  tk7: { inside: 517, later: 891, laterRows: 614 },
  tk8: { settled: 6_711, statements: 359, rows: 7_617, settlement: '731508.801' },
  tk9: { statements: 365, rows: 7_810, negative: 62, payments: 240, unpaid: '0.000' },
  tk10: {
    revenue: '982673.280',
    shipping: '31770.370',
    adjustment: '-256001.519',
    adjustments: 292,
    settlement: '758442.131',
  },
  tk11: { CANCELLED: 37, IN_TRANSIT: 61, DELIVERED: 104, COMPLETED: 6_739 },
};
const WEEK: typeof YEAR = {
  file: 'online_retail_week_2010-12-01_07.csv.gz',
  expected: 'expected-week.json',
  weeks: 832,
  rows: 16_985,
  tk2: { orders: 272, lineItems: 12_912, products: 1_132 },
  tk3: { subTotal: '35744.010', shipping: '372.060', shipped: 10, total: '36116.070' },
  tk4: { linked: 15, unlinked: 133, samePrice: 15 },
  tk5: { orders: 2, units: 88, value: '318.400' },
  tk6: { links: 10, orders: 8, units: 49, value: '270.450', visible: '210.000' },
  tk7: { inside: 10, later: 0, laterRows: 0 },
  tk8: { settled: 155, statements: 9, rows: 175, settlement: '-18854.270' },
  tk9: { statements: 12, rows: 290, negative: 3, payments: 1, unpaid: '-4157.190' },
  tk10: {
    revenue: '35155.160',
    shipping: '372.060',
    adjustment: '-39670.080',
    adjustments: 20,
    settlement: '-4142.860',
  },
  tk11: { CANCELLED: 2, IN_TRANSIT: 0, DELIVERED: 83, COMPLETED: 187 },
};

const text = (mills: number): string => moneyText(mills, GBP);
const total = <T>(items: readonly T[], pick: (item: T) => number): number =>
  items.reduce((sum, item) => sum + pick(item), 0);

describe.each([
  ['week', WEEK],
  ['year', YEAR],
])('the retail shop of the %s', (_name, want) => {
  let intake: RetailIntake;
  let shop: RetailShop;
  let book: Book;
  let kept: readonly Order[];

  beforeAll(() => {
    ({ intake } = readRetailFile(dataFile(want.file)));
    shop = createRetailShop(intake, weeksToShift(intake.kept, NOW, london), london);
    book = shop.book(NOW);
    kept = book.orders.filter(({ cancellation }) => cancellation === undefined);
  });

  it('answers as the specification does, day by day, month by month and product by product', () => {
    const published = JSON.parse(readFileSync(dataFile(want.expected), 'utf8')) as RetailExpected;
    const { now: _now, ...figures } = published as RetailExpected & { now: string };

    expect(expectRetail(intake, { weeks: shop.weeks, zone: london, now: NOW })).toMatchObject(
      figures,
    );
  });

  it('holds the orders, units and products of the file (TK2, TK3)', () => {
    expect(intake.rows).toBe(want.rows);
    expect(shop.weeks).toBe(want.weeks);
    expect({
      orders: book.orders.length,
      lineItems: total(book.orders, ({ lines }) => total(lines, ({ quantity }) => quantity)),
      products: book.products.length,
    }).toEqual(want.tk2);
    expect({
      subTotal: text(total(book.orders, (order) => orderTotals(order).subTotal)),
      shipping: text(total(book.orders, ({ shippingFee }) => shippingFee)),
      shipped: book.orders.filter(({ shippingFee }) => shippingFee > 0).length,
      total: text(total(book.orders, (order) => orderTotals(order).total)),
    }).toEqual(want.tk3);
  });

  it('links cancellation lines to sale lines (TK4, TK5)', () => {
    const { links, unlinked } = shop.built;
    const cancelled = book.orders.filter(({ cancellation }) => cancellation !== undefined);

    expect({
      linked: links.length,
      unlinked,
      samePrice: links.filter(({ sale, cancellation }) => sale.mills === cancellation.mills).length,
    }).toEqual(want.tk4);
    expect({
      orders: cancelled.length,
      units: total(cancelled, ({ units }) => units),
      value: text(total(cancelled, (order) => orderTotals(order).subTotal)),
    }).toEqual(want.tk5);
  });

  it('shows every other link as a refund (TK6, TK7, TK15)', () => {
    const refunds = kept.flatMap((order) => order.refunds.map((refund) => ({ order, refund })));
    const visible = refunds.filter(({ refund }) => statementTime(refund.settlesOn) <= NOW);
    const inside = refunds.filter(({ order, refund }) => refund.settlesOn === order.settlesOn);
    const laterRows = book.finance.rows.filter((row) => row.kind === 'order' && !row.isSettlement);

    expect({
      links: refunds.length,
      orders: new Set(refunds.map(({ order }) => order.id)).size,
      units: total(refunds, ({ refund }) => refund.quantity),
      value: text(total(refunds, ({ refund }) => refund.amount)),
      visible: text(total(visible, ({ refund }) => refund.amount)),
    }).toEqual(want.tk6);
    expect({
      inside: inside.length,
      later: refunds.length - inside.length,
      laterRows: laterRows.filter((row) => row.kind === 'order' && row.order.refunds.length > 0)
        .length,
    }).toEqual(want.tk7);
    expect(
      kept.filter(
        (order) => total(order.refunds, ({ amount }) => amount) > orderTotals(order).subTotal,
      ),
    ).toEqual([]);
  });

  it('settles into daily statements (TK8, TK9, TK10)', () => {
    const { statements, payments, rows } = book.finance;
    const visible = statements.filter(({ time }) => time <= NOW);
    const settledRows = visible.flatMap((statement) => statement.rows);
    const adjustments = rows.filter(({ kind }) => kind === 'adjustment');

    expect({
      settled: settledRows.filter((row) => row.kind === 'order' && row.isSettlement).length,
      statements: visible.length,
      rows: settledRows.length,
      settlement: text(total(visible, ({ settlement }) => settlement)),
    }).toEqual(want.tk8);
    expect({
      statements: statements.length,
      rows: total(statements, (statement) => statement.rows.length),
      negative: statements.filter(({ settlement }) => settlement < 0).length,
      payments: payments.length,
      unpaid: text(
        total(statements, ({ settlement }) => settlement) - total(payments, ({ amount }) => amount),
      ),
    }).toEqual(want.tk9);
    expect({
      revenue: text(total(statements, ({ revenue }) => revenue)),
      shipping: text(total(statements, ({ shipping }) => shipping)),
      adjustment: text(total(statements, ({ adjustment }) => adjustment)),
      adjustments: adjustments.length,
      settlement: text(total(statements, ({ settlement }) => settlement)),
    }).toEqual(want.tk10);
  });

  it('keeps settled and estimated money together whatever the clock says (TK13)', () => {
    const whole = total(book.finance.statements, ({ settlement }) => settlement);
    for (const now of [NOW, NOW + DAY_S, NOW + 5 * DAY_S, NOW + 9 * DAY_S, ALL_SETTLED]) {
      const settled = book.finance.statements.filter(({ time }) => time <= now);
      const open = book.finance.rows.filter(({ day }) => statementTime(day) > now);
      const estimated = total(open, (row) => rowAmountsAt(row, now)?.settlement ?? 0);

      expect(total(settled, ({ settlement }) => settlement) + estimated).toBe(whole);
    }
  });

  it('has every order in the state of its time (TK11)', () => {
    const count = (status: string): number =>
      book.orders.filter((order) => statusAt(order, NOW) === status).length;

    expect({
      CANCELLED: count('CANCELLED'),
      IN_TRANSIT: count('IN_TRANSIT'),
      DELIVERED: count('DELIVERED'),
      COMPLETED: count('COMPLETED'),
    }).toEqual(want.tk11);
  });

  it('sums to the file for every article (TK14) and never sells what it has not', () => {
    const sold = new Map<string, number>();
    for (const { goods } of intake.kept) {
      for (const { code, quantity, mills } of goods) {
        sold.set(code, (sold.get(code) ?? 0) + quantity * mills);
      }
    }
    const served = new Map<string, number>();
    for (const line of book.orders.flatMap(({ lines }) => lines)) {
      const code = line.sellerSku.toUpperCase();
      served.set(code, (served.get(code) ?? 0) + line.quantity * line.originalPrice);
    }
    const stocks = book.products.flatMap(({ skus }) =>
      skus.map((sku) => stockAt(sku, book.sales, NOW)),
    );

    expect([...served].sort()).toEqual([...sold].sort());
    expect(stocks.every(({ available, committed }) => available >= 20 && committed >= 0)).toBe(
      true,
    );
  });
});

describe('the dates of the year', () => {
  let intake: RetailIntake;
  beforeAll(() => {
    ({ intake } = readRetailFile(dataFile(YEAR.file)));
  });

  it.each([
    ['2026-11-23T12:00:00Z', 780, 1_795_178_940, 1_762_935_960],
    ['2026-11-27T12:48:59Z', 780, 1_795_178_940, 1_762_935_960],
    ['2026-11-27T12:49:00Z', 781, 1_795_783_740, 1_763_540_760],
    ['2026-02-12T00:00:00Z', 739, 1_770_382_140, 1_738_139_160],
    ['2026-07-03T11:49:00Z', 760, 1_783_079_340, 1_750_836_360],
    ['2026-07-03T11:48:59Z', 759, 1_782_474_540, 1_750_231_560],
  ])('shift by whole weeks of wall time at %s', (now, weeks, last, first) => {
    const shift = weeksToShift(intake.kept, Date.parse(now) / 1000, london);
    const { orders } = createRetailShop(intake, shift, london).book(0);

    expect(shift).toBe(weeks);
    expect(orders.at(-1)?.createTime).toBe(last);
    expect(orders.find(({ id }) => id === '576352000000536365')?.createTime).toBe(first);
  });

  it('follow the offset of the new date', () => {
    const wall = (text: string): number => Date.parse(`${text}Z`) / 1000 + 780 * 7 * DAY_S;

    expect(london.toEpoch(wall('2011-03-28T09:00:00'))).toBe(1_773_046_800);
    expect(london.toEpoch(wall('2011-10-31T10:00:00'))).toBe(1_791_795_600);
  });

  it('make the worked examples', () => {
    const { orderById, orders, finance } = createRetailShop(intake, 780, london).book(NOW);
    const order = orderById.get('576352000000536365')!;
    const perPage = (size: number): number =>
      Math.max(
        ...orders.map((_, index) => total(orders.slice(index, index + size), ({ units }) => units)),
      );

    expect(order.units).toBe(40);
    expect(text(orderTotals(order).total)).toBe('139.120');
    expect(order.timeline.slice(-2)).toEqual([
      { at: 1_763_242_071, status: 'DELIVERED' },
      { at: 1_763_501_271, status: 'COMPLETED' },
    ]);
    expect(statementTime(order.settlesOn)).toBe(1_763_769_600);
    expect(updateTimeAt(order, NOW)).toBe(1_763_501_271);
    const other = orderById.get('576352000000538857')!;
    expect(
      other.refunds.map(({ settlesOn, amount }) => [
        new Date(settlesOn * DAY_S * 1000).toISOString().slice(0, 10),
        text(amount),
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['2025-12-05', '4.200'],
        ['2026-01-01', '15.800'],
        [expect.any(String), '1.250'],
      ]),
    );
    const cancelled = orderById.get('576352000000537410')!;
    expect(cancelled.cancellation).toEqual({
      at: Date.parse('2025-11-17T15:07:00Z') / 1000,
      by: 'BUYER',
      reason: 'buyer_cancel',
    });
    expect(finance.rowsOfOrder.get(cancelled.id)?.map((row) => rowAmountsAt(row, NOW))).toEqual([
      undefined,
    ]);
    expect([perPage(50), perPage(100)]).toEqual([3_298, 5_922]);
  });

  it('spread over weekdays and buyers as in the file (TK12)', () => {
    const { orders } = createRetailShop(intake, 780, london).book(NOW);
    const weekdays = [0, 0, 0, 0, 0, 0, 0];
    for (const { createTime } of orders) {
      const day = (london.dayOf(createTime) + 3) % 7; // 1970-01-01 was a Thursday
      weekdays[day] = (weekdays[day] ?? 0) + 1;
    }
    const buyers = new Set(
      orders.filter(({ buyer }) => buyer.tag === 'Q').map((o) => o.buyer.number),
    );

    expect(weekdays).toEqual([1_037, 1_176, 1_263, 1_499, 1_122, 0, 844]);
    expect(buyers.size).toBe(2_430);
    expect(orders.filter(({ buyer }) => buyer.tag === 'G')).toHaveLength(735);
  });
});
