import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  localDateOf,
  orderDetail,
  ordersReply,
  overviewReply,
  toUnits,
} from '@tokometrics/contracts';
import { aMerchantId, aShopKey, engineEnv } from '@tokometrics/testkit';
import { readOrder, readOrders } from '../domain/read-orders.ts';
import { readOverview } from '../domain/read-overview.ts';
import { factMessage, orderFactOf, refundFactOf } from './facts.test-support.ts';
import type { OrderSpec, RefundSpec, Tenant } from './facts.test-support.ts';
import { completeUpTo, startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
const merchantId = aMerchantId();
const NOW = '2026-05-01T00:00:00Z';
const RANGE = { from: '2026-03-01', to: '2026-03-06' };

const sold = (id: string, createdAt: string, more: Partial<OrderSpec> = {}): OrderSpec => ({
  ...{ id, createdAt, paidAt: createdAt },
  lines: [{ product: 'P1', price: '100', sellerDiscount: '10' }],
  ...more,
});
const ONE_GONE = [
  { product: 'P1', price: '100', sellerDiscount: '10' },
  { product: 'P2', price: '40.5', cancelled: true },
  { product: 'P3', price: '5', gift: true },
];
const CREATED: Readonly<Record<string, string>> = {
  ...{ 1: '2026-03-01T03:00:00Z', 2: '2026-03-01T04:00:00Z', 3: '2026-03-02T03:00:00Z' },
  ...{ 4: '2026-03-02T04:00:00Z', 5: '2026-03-02T16:30:00Z', 6: '2026-03-03T03:00:00Z' },
  ...{ 7: '2026-03-04T03:00:00Z', 8: '2026-03-04T04:00:00Z' },
};
const at = (id: string): string => CREATED[id] ?? '';
const ORDERS: readonly OrderSpec[] = [
  sold('1', at('1')),
  sold('2', at('2'), { lines: ONE_GONE }),
  sold('3', at('3'), { cancelledAt: '2026-03-04T03:00:00Z' }),
  sold('4', at('4')),
  // Placed before midnight in Jakarta, paid behind it.
  sold('5', at('5'), { paidAt: '2026-03-02T17:30:00Z' }),
  sold('6', at('6'), { paidAt: null, cod: true }),
  sold('7', at('7'), { paidAt: null }),
  sold('8', at('8'), { sample: true }),
];
const back = (id: string, orderId: string, refund: string): RefundSpec => ({
  ...{ id, orderId, refund, orderCreatedAt: at(orderId) },
  ...{ statement: `S${id}`, at: '2026-04-02T00:00:00Z' },
});
const REFUNDS: readonly RefundSpec[] = [
  ...[back('T1', '1', '30'), back('T2', '1', '12.25'), back('T3', '2', '45')],
  // Of a cancelled order, and one that was taken back in part.
  ...[back('T4', '3', '90'), back('T5', '5', '20'), back('T6', '5', '-5')],
  back('T7', '8', '7'),
];

describe('what an order is net', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
    await sink.store([
      ...REFUNDS.map((spec) =>
        factMessage(tenant, 'transaction', spec.id, refundFactOf(tenant.zone, spec)),
      ),
      ...ORDERS.map((spec) =>
        factMessage(tenant, 'order', spec.id, orderFactOf(tenant.zone, spec)),
      ),
    ]);
    completeUpTo(sink, tenant, NOW);
  }, 60_000);

  afterAll(() => sink.stop());

  const deps = () => sink.routeDeps({ tenant, merchantId, now: () => new Date(NOW) });
  const listed = async (limit = 50) => {
    const items = [];
    let cursor: string | undefined;
    do {
      const asked = { shop: tenant.shopKey, ...RANGE, limit, cursor };
      const page = ordersReply.parse(await readOrders(deps(), merchantId, asked));
      items.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return items;
  };

  it('is less what statements have paid back, and of a cancelled one nothing twice', async () => {
    const nets = (await listed()).map(({ orderId, net }) => [orderId, net.amount]);

    expect(Object.fromEntries(nets)).toEqual({
      ...{ 1: '47.75', 2: '45', 3: '0', 4: '90', 5: '75', 6: '90', 7: '90', 8: '83' },
    });
  });

  it('adds up to the net sales of the day of sale, on pages of any size', async () => {
    const net = { metric: 'net_sales', basis: 'order', compare: 'none', grain: 'day' } as const;
    const { main } = overviewReply.parse(
      await readOverview(deps(), merchantId, { shop: tenant.shopKey, ...RANGE, ...net }),
    );

    for (const limit of [1, 3, 50]) {
      const items = (await listed(limit)).filter(({ flags }) => !flags.includes('sample'));
      const netOn = (date: string) =>
        items
          .filter(({ saleTime }) => saleTime !== null && dayOf(saleTime) === date)
          .reduce((sum, { net: { amount } }) => sum + toUnits(amount), 0n);
      expect(main.current.points.map(({ date }) => [date, netOn(date)])).toEqual(
        main.current.points.map(({ date, value }) => [date, toUnits(value ?? '-1')]),
      );
    }
    expect(main.current.points.map(({ value }) => value)).toEqual([
      ...['92.75', '90', '165', '0', '0'],
    ]);
  });

  it('is on its own page what the list says', async () => {
    const items = await listed();

    expect(items.map(({ orderId }) => orderId).sort()).toEqual(Object.keys(CREATED));
    for (const { orderId, net } of items) {
      const asked = { shop: tenant.shopKey, orderId };
      const { net: own } = orderDetail.parse(await readOrder(deps(), merchantId, asked));
      expect([orderId, own]).toEqual([orderId, net]);
    }
  });
});

const dayOf = (instant: string): string => localDateOf(tenant.zone, Date.parse(instant) / 1000);
