import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { InventoryFact } from '@tokometrics/contracts';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import { z } from 'zod';
import { factMessage, stockFactOf } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const row = z.object({ sku_id: z.string(), hour: z.string(), stock: z.string() });
const inOneWarehouse = (available: number, committed: number) => ({
  warehouses: { warehouseId: ['W1'], available: [available], committed: [committed] },
});

describe('stock in ClickHouse', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'America/New_York' });
  const message = (tenant: Tenant, fact: InventoryFact, seq: number) =>
    factMessage(tenant, 'inventory', fact.skuId, fact, seq);
  const stored = ({ shopKey }: Tenant) =>
    sink.clickhouse.query(
      `SELECT sku_id, toString(snap_hour) AS hour,
         toString(arrayZip(warehouses.warehouse_id, warehouses.available, warehouses.committed))
           AS stock
       FROM inventory_snapshots FINAL WHERE shop_key = {shopKey:String} ORDER BY sku_id, hour`,
      { shopKey },
      row,
    );

  it.each([
    ['one by one', 1],
    ['in one chunk', 6],
  ])(
    'stands once an hour as it was read last, whatever comes twice or late, %s',
    async (_how, n) => {
      const tenant = aTenant();
      const at = (time: string, available: number) =>
        stockFactOf(tenant.zone, `2026-03-16T${time}Z`, inOneWarehouse(available, 3));
      const messages = [
        message(tenant, at('07:10:00', 30), 5),
        message(tenant, at('06:59:59', 38), 3),
        message(tenant, at('06:59:59', 38), 3),
        message(tenant, at('06:00:00', 40), 1),
        message(tenant, { ...at('06:00:00', 7), skuId: '1729352000000000009' }, 1),
        message(tenant, at('06:20:00', 39), 2),
      ];

      for (let from = 0; from < messages.length; from += n) {
        expect(await sink.store(messages.slice(from, from + n))).toEqual({ parked: [] });
      }

      const [first, second] = ['2026-03-16 06:00:00', '2026-03-16 07:00:00'];
      expect(await stored(tenant)).toEqual([
        { sku_id: '1729352000000000002', hour: first, stock: "[('W1',38,3)]" },
        { sku_id: '1729352000000000002', hour: second, stock: "[('W1',30,3)]" },
        { sku_id: '1729352000000000009', hour: first, stock: "[('W1',7,3)]" },
      ]);
    },
  );

  it('keeps nothing of a warehouse that the next reading does not tell of any more', async () => {
    const tenant = aTenant();
    const two = {
      warehouseId: ["it's\\odd", 'W2'],
      available: [4_294_967_295, 0],
      committed: [0, 9],
    };
    const before = stockFactOf(tenant.zone, '2026-03-16T06:00:00Z', { warehouses: two });
    const after = stockFactOf(tenant.zone, '2026-03-16T06:30:00Z', inOneWarehouse(5, 0));

    await sink.store([message(tenant, before, 1)]);
    const [whole] = await stored(tenant);
    await sink.store([message(tenant, after, 2)]);

    expect(whole?.stock).toBe("[('it\\'s\\\\odd',4294967295,0),('W2',0,9)]");
    expect((await stored(tenant)).map(({ stock }) => stock)).toEqual(["[('W1',5,0)]"]);
  });

  it('is parked when its columns are of different lengths or hold what is no count', async () => {
    const tenant = aTenant();
    const wrong = [
      { warehouseId: ['W1', 'W2'], available: [1], committed: [1] },
      { warehouseId: ['W1'], available: [-1], committed: [0] },
      { warehouseId: ['W1'], available: [4_294_967_296], committed: [0] },
    ].map((warehouses) => stockFactOf(tenant.zone, '2026-03-16T06:00:00Z', { warehouses }));

    const { parked } = await sink.store(
      wrong.map((fact, index) => message(tenant, { ...fact, skuId: String(index) }, 1)),
    );

    expect(parked.map(({ reason }) => reason)).toEqual(['schema', 'schema', 'schema']);
    expect(await stored(tenant)).toEqual([]);
  });

  it('of a closed shop, or of more than two years ago, is not stored', async () => {
    const [closed, old] = [aTenant(), aTenant()];
    sink.fenced.add(`${closed.shopKey}:1`);

    await sink.store([
      message(closed, stockFactOf(closed.zone, '2026-03-16T06:00:00Z'), 1),
      message(old, stockFactOf(old.zone, '2023-12-31T12:00:00Z'), 1),
    ]);

    expect(sink.chunks.at(-1)?.byFate).toMatchObject({ fenced: 1, expired: 1, stored: 0 });
    expect([await stored(closed), await stored(old)]).toEqual([[], []]);
  });
});
