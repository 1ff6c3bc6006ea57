import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { overviewReply, proofReply } from '@tokometrics/contracts';
import type { MetricId } from '@tokometrics/contracts';
import { aMerchantId, aShopKey, engineEnv } from '@tokometrics/testkit';
import { readOverview } from '../domain/read-overview.ts';
import { readProof } from '../domain/read-proof.ts';
import { factMessage, orderFactOf, refundFactOf } from './facts.test-support.ts';
import type { OrderSpec, Tenant } from './facts.test-support.ts';
import { completeUpTo, startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
const merchantId = aMerchantId();
const now = () => new Date('2026-05-01T00:00:00Z');

const p1 = { product: 'P1', price: '100000' };
const ORDERS: readonly OrderSpec[] = [
  {
    id: '1',
    createdAt: '2026-03-01T16:00:00Z',
    paidAt: '2026-03-01T16:59:59Z',
    lines: [1, 2].map(() => ({ ...p1, sellerDiscount: '10000', platformDiscount: '5000' })),
  },
  {
    id: '2',
    createdAt: '2026-03-01T16:30:00Z',
    paidAt: '2026-03-01T17:00:00Z',
    cancelledAt: '2026-03-03T03:00:00Z',
    lines: [{ product: 'P2', price: '50000' }],
  },
  { id: '3', createdAt: '2026-03-02T05:00:00Z', cod: true, lines: [p1] },
  {
    id: '4',
    createdAt: '2026-03-02T06:00:00Z',
    paidAt: '2026-03-02T06:00:00Z',
    sample: true,
    lines: [{ product: 'P3', price: '80000', sellerDiscount: '80000' }],
  },
  { id: '5', createdAt: '2026-03-05T06:00:00Z', paidAt: null, lines: [p1] },
];

const refund = {
  id: 'T1',
  statement: 'S1',
  at: '2026-04-02T00:00:00Z',
  orderId: '3',
  orderCreatedAt: '2026-03-02T05:00:00Z',
  refund: '100000',
};

describe('the golden fixture through real tables', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
    const orders = ORDERS.map((spec) =>
      factMessage(tenant, 'order', spec.id, orderFactOf(tenant.zone, spec)),
    );
    const settled = factMessage(tenant, 'transaction', 'T1', refundFactOf(tenant.zone, refund));
    // Any order, any cut into chunks, and the whole once more.
    await sink.store([settled, ...orders.slice(0, 2)]);
    await sink.store(orders.slice(2));
    await sink.store([...orders, settled]);
    completeUpTo(sink, tenant, '2026-05-01T00:00:00Z');
  }, 60_000);

  afterAll(() => sink.stop());

  const overview = async (from: string, to: string, basis: 'activity' | 'order' = 'activity') =>
    overviewReply.parse(
      await readOverview(sink.routeDeps({ tenant, merchantId, now }), merchantId, {
        shop: tenant.shopKey,
        ...{ from, to, basis },
        metric: 'net_sales',
        compare: 'previous_period',
      }),
    );
  const tile = async (metric: MetricId, from: string, to: string, basis?: 'activity' | 'order') =>
    (await overview(from, to, basis)).tiles.find(({ value }) => value.metric === metric);
  const value = async (metric: MetricId, from: string, to: string, basis?: 'activity' | 'order') =>
    (await tile(metric, from, to, basis))?.value.value;

  it.each([
    ['G1', 'gross_sales', '2026-03-01', '2026-03-02', '200000'],
    ['G1', 'orders', '2026-03-01', '2026-03-02', '1'],
    ['G1', 'units', '2026-03-01', '2026-03-02', '2'],
    ['G2', 'gross_sales', '2026-03-02', '2026-03-03', '150000'],
    ['G2', 'orders', '2026-03-02', '2026-03-03', '2'],
    ['G2', 'units', '2026-03-02', '2026-03-03', '2'],
    ['G3', 'gross_sales', '2026-03-01', '2026-04-01', '350000'],
    ['G3', 'aov', '2026-03-01', '2026-04-01', '110000'],
    ['G3', 'cancelled_orders', '2026-03-01', '2026-04-01', '1'],
    ['G4', 'net_sales', '2026-03-01', '2026-03-02', '180000'],
    ['G4', 'net_sales', '2026-03-02', '2026-03-03', '150000'],
    ['G4', 'net_sales', '2026-03-03', '2026-03-04', '-50000'],
    ['G4', 'net_sales', '2026-03-01', '2026-04-01', '280000'],
    ['G4', 'net_sales', '2026-04-01', '2026-05-01', '-100000'],
    ['G4', 'refunds_settled', '2026-04-02', '2026-04-03', '100000'],
    ['G6', 'net_sales', '2025-06-01', '2026-05-01', '180000'],
  ] as const)('%s: %s of %s to %s is %s', async (_id, metric, from, to, expected) => {
    expect(await value(metric, from, to)).toBe(expected);
  });

  it.each([
    ['G5', 'net_sales', '2026-03-01', '2026-03-02', '180000'],
    ['G5', 'net_sales', '2026-03-02', '2026-03-03', '0'],
    ['G5', 'net_sales', '2026-03-01', '2026-04-01', '180000'],
    ['G5', 'net_sales', '2026-04-01', '2026-05-01', '0'],
    ['G6', 'net_sales', '2025-06-01', '2026-05-01', '180000'],
  ] as const)('%s, by order: %s of %s to %s is %s', async (_id, metric, from, to, expected) => {
    expect(await value(metric, from, to, 'order')).toBe(expected);
  });

  it('keeps seller and platform discounts apart (G3)', async () => {
    const [row] = await sink.clickhouse.client
      .query({
        query: `SELECT toString(sum(seller_discount)) AS own, toString(sum(platform_discount)) AS theirs
          FROM shop_daily FINAL WHERE event_date < '2026-04-01'`,
        format: 'JSONEachRow',
      })
      .then((answer) => answer.json<{ own: string; theirs: string }>());

    expect(row).toEqual({ own: '20000', theirs: '10000' });
  });

  it('does not cut days by UTC (G9)', async () => {
    expect(await value('gross_sales', '2026-03-01', '2026-03-02')).not.toBe('250000');
    expect(await value('gross_sales', '2026-03-02', '2026-03-03')).not.toBe('100000');
  });

  it('compares 2 March with 1 March as a sixth less (G12)', async () => {
    const net = await tile('net_sales', '2026-03-02', '2026-03-03');

    expect(net?.delta).toMatchObject({ kind: 'percent', value: '-0.166667', judgement: 'bad' });
  });

  it('opens the rows behind net sales of March, with nothing left over', async () => {
    const proof = proofReply.parse(
      await readProof(sink.routeDeps({ tenant, merchantId, now }), merchantId, {
        shop: tenant.shopKey,
        from: '2026-03-01',
        to: '2026-04-01',
        basis: 'activity',
        compare: 'none',
        metric: 'net_sales',
        component: 'value',
        limit: 50,
      }),
    );

    expect(proof).toMatchObject({ sum: '280000', difference: '0', rows: 5, nextCursor: null });
    expect(proof.items.map(({ kind, contribution }) => [kind, contribution])).toEqual([
      ['cancellation', '-50000'],
      ['sale', '100000'],
      ['sale', '50000'],
      ['sale', '200000'],
      ['discount', '-20000'],
    ]);
  });

  it('counts every record of every chunk once', () => {
    for (const { consumed, byFate } of sink.chunks) {
      expect(Object.values(byFate).reduce((sum, n) => sum + n, 0)).toBe(consumed);
    }
    expect(sink.chunks.reduce((sum, { consumed }) => sum + consumed, 0)).toBe(12);
  });
});
