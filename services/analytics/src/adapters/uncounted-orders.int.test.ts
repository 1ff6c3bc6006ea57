import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import { factMessage, orderFactOf, refundFactOf } from './facts.test-support.ts';
import type { OrderSpec, Tenant } from './facts.test-support.ts';
import { rollupRows } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const CREATED = '2026-03-02T05:10:00Z';
const SOLD_HOUR = Date.parse('2026-03-02T05:00:00Z') / 1000;
/** Three units, one of them cancelled, and a gift. */
const order = (id: string, change: Partial<OrderSpec> = {}): OrderSpec => ({
  ...{ id, createdAt: CREATED, paidAt: CREATED },
  ...{ totalAmount: '1000.5', shippingFee: '20.25', tax: '3.125' },
  lines: [
    { product: 'P1', price: '100', sellerDiscount: '10', platformDiscount: '1' },
    { product: 'P1', price: '100', sellerDiscount: '10', platformDiscount: '1' },
    { product: 'P2', price: '40', cancelled: true },
    { product: 'P3', price: '5', gift: true },
  ],
  ...change,
});

const SHOP = {
  ...{ orders: '1', units: '3', gift_units: '1', gross_sales: '2400000' },
  ...{ seller_discount: '200000', platform_discount: '20000' },
  ...{ shipping_fee: '202500', tax: '31250', total_amount: '10005000' },
  ...{ cancelled_units: '1', cancelled_value: '400000', cancelled_value_by_sale: '400000' },
};
const ONE_ORDER = {
  shop_daily: { '2026-03-02|IDR': SHOP },
  shop_hourly: { [`2026-03-02|${String(SOLD_HOUR)}|IDR`]: SHOP },
  product_daily: {
    '2026-03-02|P1|P1-S|IDR': {
      ...{ orders: '1', sku_orders: '1', units: '2', gross_sales: '2000000' },
      ...{ seller_discount: '200000', platform_discount: '20000' },
    },
    '2026-03-02|P2|P2-S|IDR': {
      ...{ orders: '1', sku_orders: '1', units: '1', gross_sales: '400000' },
      ...{ cancelled_units: '1', cancelled_value: '400000', cancelled_value_by_sale: '400000' },
    },
    '2026-03-02|P3|P3-S|IDR': { gift_units: '1' },
  },
};

describe('rollups of a sale, and of orders that are none', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' });
  const store = (tenant: Tenant, spec: OrderSpec, seq = 1) =>
    sink.store([factMessage(tenant, 'order', spec.id, orderFactOf(tenant.zone, spec), seq)]);
  const sales = async (tenant: Tenant) => ({
    shop_daily: await rollupRows(sink.clickhouse, 'shop_daily', tenant),
    shop_hourly: await rollupRows(sink.clickhouse, 'shop_hourly', tenant),
    product_daily: await rollupRows(sink.clickhouse, 'product_daily', tenant),
  });

  it('hold each amount of a sale in its own column', async () => {
    const tenant = aTenant();

    await store(tenant, order('1'));

    expect(await sales(tenant)).toEqual(ONE_ORDER);
  });

  it.each([{ sample: true }, { replacement: true }, { exchange: true }])(
    'hold nothing of an order with %p, neither its sale, cancellation and gift nor its refund',
    async (flag) => {
      const tenant = aTenant();
      const refund = refundFactOf(tenant.zone, {
        ...{ id: 'T2', statement: 'S1', at: '2026-03-09T00:00:00Z', refund: '30' },
        ...{ orderId: '2', orderCreatedAt: CREATED },
      });

      await store(tenant, order('1'));
      await store(tenant, order('2', flag));
      await store(tenant, order('3', { ...flag, cancelledAt: '2026-03-03T00:00:00Z', lines: [] }));
      await sink.store([factMessage(tenant, 'transaction', 'T2', refund)]);

      expect(await sales(tenant)).toEqual(ONE_ORDER);
      // The statement has it all the same.
      expect(await rollupRows(sink.clickhouse, 'finance_daily', tenant)).toEqual({
        '2026-03-09|ORDER|IDR': { transactions: '1', refunds: '300000' },
      });
    },
  );

  it.each([{ sample: true }, { replacement: true }, { exchange: true }])(
    'lose an order that turns out to be one with %p, and get it back when it is none',
    async (flag) => {
      const tenant = aTenant();
      const seen: unknown[] = [];

      for (const [seq, change] of [{}, flag, {}].entries()) {
        await store(tenant, order('1', change), seq + 1);
        seen.push(await sales(tenant));
      }

      const nothing = { shop_daily: {}, shop_hourly: {}, product_daily: {} };
      expect(seen).toEqual([ONE_ORDER, nothing, ONE_ORDER]);
    },
  );
});
