import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { addDays } from '@tokometrics/contracts';
import type { OrderFact } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import { factMessage, orderFactOf, refundFactOf } from './facts.test-support.ts';
import type { OrderSpec, RefundSpec, Tenant } from './facts.test-support.ts';
import { rollupsOf, withoutZeros } from './oracle.test-support.ts';
import type { VersionedOrder, VersionedRefund } from './oracle.test-support.ts';
import { rewrittenDays, rollupRows, sheetsOf } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const TODAY = '2026-06-10';
const LATE = addDays(TODAY, -90);
const NOTHING = { shop_hourly: [], shop_daily: [], product_daily: [], finance_daily: [] };
const DAYS = [-180, -91, -90, -89, -60, -1, 0].map((days) => addDays(TODAY, days));

const soldOn = (day: string, change: Partial<OrderSpec> = {}): OrderSpec => ({
  ...{ id: `of ${day}`, createdAt: `${day}T05:00:00Z`, paidAt: `${day}T06:00:00Z` },
  lines: [{ product: 'P1', price: '10.5' }],
  ...change,
});
const refundOn = (day: string, of: string, refund = '1.25'): RefundSpec => ({
  ...{ id: `T of ${day}`, statement: `S of ${day}`, at: `${day}T08:00:00Z`, refund },
  ...{ orderId: `of ${of}`, orderCreatedAt: `${of}T05:00:00Z` },
});

describe('rollups, when a fact comes that they were not made of', () => {
  let sink: TestSink;
  let tenant: Tenant;
  let orders: VersionedOrder[];
  let refunds: VersionedRefund[];

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  beforeEach(() => {
    tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
    [orders, refunds] = [[], []];
  });

  const orderAt = (spec: OrderSpec, seq = 1): InMessage => {
    const fact: OrderFact = orderFactOf(tenant.zone, spec);
    orders.push({ seq, fact });
    return factMessage(tenant, 'order', fact.orderId, fact, seq);
  };
  const refundAt = (spec: RefundSpec, seq = 1): InMessage => {
    const fact = refundFactOf(tenant.zone, spec);
    refunds.push({ seq, fact });
    return factMessage(tenant, 'transaction', fact.transactionId, fact, seq);
  };
  const read = (table: Parameters<typeof rollupRows>[1]) =>
    rollupRows(sink.clickhouse, table, tenant);
  const expectExact = async () => {
    const truth = rollupsOf(orders, refunds);
    expect(await read('shop_hourly')).toEqual(withoutZeros(truth.hourly));
    expect(await read('shop_daily')).toEqual(withoutZeros(truth.daily));
    expect(await read('product_daily')).toEqual(withoutZeros(truth.product));
  };
  /** Storage days of each rollup that a chunk has had written anew. */
  const daysWrittenBy = async (...chunk: InMessage[]) => {
    const before = await sheetsOf(sink.clickhouse, tenant);
    await sink.store(chunk);
    return rewrittenDays(before, await sheetsOf(sink.clickhouse, tenant));
  };
  const storeHalfAYear = () =>
    sink.store(DAYS.flatMap((day) => [orderAt(soldOn(day)), refundAt(refundOn(day, day))]));

  const OF_ORDERS = { shop_hourly: [LATE], shop_daily: [LATE], product_daily: [LATE] };
  it.each<[string, () => InMessage, object]>([
    ['a new order', () => orderAt(soldOn(LATE, { id: 'late' })), OF_ORDERS],
    [
      'a newer version of an order',
      () => orderAt(soldOn(LATE, { lines: [{ product: 'P2', price: '7' }] }), 2),
      OF_ORDERS,
    ],
    [
      'the cancellation of today of an order',
      () => orderAt(soldOn(LATE, { cancelledAt: `${TODAY}T03:00:00Z` }), 2),
      OF_ORDERS,
    ],
    [
      'a corrected line of a statement',
      () => refundAt(refundOn(LATE, LATE, '2.75'), 2),
      { shop_hourly: [LATE], shop_daily: [LATE], finance_daily: [LATE] },
    ],
    [
      'a refund of today, of an order',
      () => refundAt({ ...refundOn(TODAY, LATE), id: 'T late' }),
      { shop_hourly: [LATE], shop_daily: [LATE], finance_daily: [TODAY] },
    ],
    ['an order that is known, once more,', () => orderAt(soldOn(LATE)), OF_ORDERS],
  ])(
    'change for %s of ninety days ago on its days and on no other',
    async (_what, late, written) => {
      await storeHalfAYear();

      const days = await daysWrittenBy(late());

      expect(days).toEqual({ ...NOTHING, ...written });
      await expectExact();
    },
    30_000,
  );

  it('do not change for an older version that comes after ninety days', async () => {
    await sink.store([orderAt(soldOn(LATE, { lines: [{ product: 'P2', price: '7' }] }), 2)]);
    const before = [await read('shop_hourly'), await read('product_daily')];

    await sink.store([orderAt(soldOn(LATE), 1)]);

    expect([await read('shop_hourly'), await read('product_daily')]).toEqual(before);
    await expectExact();
  });

  it('leave nothing of an order in the currency that it had before', async () => {
    const order = (currency: string) =>
      soldOn(LATE, { currency, cancelledAt: `${TODAY}T03:00:00Z` });
    const currencies = async () => {
      const tables = [
        await read('shop_hourly'),
        await read('shop_daily'),
        await read('product_daily'),
      ];
      return tables.map((rows) => [
        ...new Set(Object.keys(rows).map((key) => key.slice(key.lastIndexOf('|') + 1))),
      ]);
    };
    await sink.store([orderAt(order('IDR'))]);
    expect(await currencies()).toEqual([['IDR'], ['IDR'], ['IDR']]);

    await sink.store([orderAt(order('USD'), 2)]);

    expect(await currencies()).toEqual([['USD'], ['USD'], ['USD']]);
    await expectExact();
  });

  it('leave the orders beside it in the old currency as they are, and its refund in its own', async () => {
    await sink.store([
      orderAt(soldOn(LATE)),
      orderAt(soldOn(LATE, { id: 'beside' })),
      refundAt(refundOn(LATE, LATE, '99')),
    ]);

    await sink.store([orderAt(soldOn(LATE, { currency: 'USD' }), 2)]);

    expect(await read('shop_daily')).toMatchObject({
      [`${LATE}|IDR`]: { orders: '1', gross_sales: '105000', refunds: '990000' },
      [`${LATE}|USD`]: { orders: '1', gross_sales: '105000' },
    });
    await expectExact();
  });

  it('leave nothing of a line of a statement in the currency that it had before', async () => {
    await sink.store([refundAt(refundOn(LATE, LATE))]);

    await sink.store([refundAt({ ...refundOn(LATE, LATE), currency: 'USD' }, 2)]);

    expect(await read('finance_daily')).toEqual({
      [`${LATE}|ORDER|USD`]: { transactions: '1', refunds: '12500' },
    });
    await expectExact();
  });
});
