import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Clickhouse } from '@tokometrics/kit';
import { aShopKey, createMemoryLog, engineEnv } from '@tokometrics/testkit';
import { createReroll } from './clickhouse-reroll.ts';
import { factMessage, orderFactOf } from './facts.test-support.ts';
import { rollupRows } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const TABLES = ['shop_hourly', 'shop_daily', 'product_daily'] as const;
const AT = '2026-03-01T05:00:00Z';

describe('a pass of a process that began after the clock of the store stepped back', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  /** A day whose order has changed since it was rolled. */
  async function staleDay() {
    const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
    const lines = [{ product: 'P', price: '5' }];
    const fact = orderFactOf(tenant.zone, { id: '1', createdAt: AT, paidAt: AT, lines });
    await sink.store([factMessage(tenant, 'order', '1', fact, 1)]);
    await sink.clickhouse.command(
      `INSERT INTO orders SELECT * REPLACE (ver + 1 AS ver, [toDecimal64(7, 4)] AS \`lines.original_price\`)
       FROM orders WHERE shop_key = '${tenant.shopKey}'`,
    );
    const bucket = { shopKey: tenant.shopKey, epoch: 1, localDate: fact.localDate };
    return { tenant, dirty: { order: [bucket], settlement: [], finance: [] } };
  }

  /** The rows as they stand, as a pass would have written them whose clock was an hour ahead. */
  async function fromTheFuture(shopKey: string, tables: readonly string[] = TABLES) {
    const ver = new Date(Date.now() + 3_600_000).toISOString().slice(0, -1).replace('T', ' ');
    for (const table of tables) {
      await sink.clickhouse.command(
        `INSERT INTO ${table} SELECT * REPLACE (toDateTime64('${ver}', 6, 'UTC') AS ver)
         FROM ${table} FINAL WHERE shop_key = '${shopKey}'`,
      );
    }
  }

  const grossOf = async (tenant: Parameters<typeof rollupRows>[2]) => {
    const gross = TABLES.map(async (table) => {
      const rows = Object.values(await rollupRows(sink.clickhouse, table, tenant));
      return rows.map((row) => row['gross_sales']).join();
    });
    return Promise.all(gross);
  };

  it.each([
    ['all tables', TABLES],
    ['one table, as a pass leaves it that was broken off', ['shop_hourly']],
  ])('wins over rows from the future in %s, and tells of them', async (_what, tables) => {
    const { tenant, dirty } = await staleDay();
    await fromTheFuture(tenant.shopKey, tables);
    const { log, lines } = createMemoryLog();
    const rounds: number[] = [];
    const onPass = (report: { rounds: number }) => rounds.push(report.rounds);
    const before = await grossOf(tenant);

    await createReroll({ clickhouse: sink.clickhouse, log, onPass })(dirty);

    expect(before).toEqual(['50000', '50000', '50000']);
    expect(await grossOf(tenant)).toEqual(['70000', '70000', '70000']);
    // The proof finds them, and what is rolled anew is later than they are.
    expect(rounds).toEqual([2]);
    expect(lines().map(({ msg }) => msg)).toEqual(['the clock of the store stepped back']);
  });

  it('wins over those that another process writes meanwhile', async () => {
    const { tenant, dirty } = await staleDay();
    const { log } = createMemoryLog();
    let isLeft = false;
    const interrupted: Clickhouse = {
      ...sink.clickhouse,
      command: async (sql, params) => {
        if (!isLeft) {
          isLeft = true;
          await fromTheFuture(tenant.shopKey);
        }
        return sink.clickhouse.command(sql, params);
      },
    };

    await createReroll({ clickhouse: interrupted, log })(dirty);

    expect(await grossOf(tenant)).toEqual(['70000', '70000', '70000']);
  });

  it('tells of nothing, and is one round, where no clock stepped back', async () => {
    const { tenant, dirty } = await staleDay();
    const { log, lines } = createMemoryLog();
    const rounds: number[] = [];
    const onPass = (report: { rounds: number }) => rounds.push(report.rounds);

    await createReroll({ clickhouse: sink.clickhouse, log, onPass })(dirty);

    expect(await grossOf(tenant)).toEqual(['70000', '70000', '70000']);
    expect([rounds, lines()]).toEqual([[1], []]);
  });
});
