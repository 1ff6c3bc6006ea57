import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickhouseFault, createClickhouse } from '@tokometrics/kit';
import type { Clickhouse } from '@tokometrics/kit';
import { aShopKey, createMemoryLog, engineEnv } from '@tokometrics/testkit';
import { z } from 'zod';
import { createReroll } from './clickhouse-reroll.ts';
import { factMessage, orderFactOf } from './facts.test-support.ts';
import { rollupRows } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const DAYS = 5;
const TOO_MANY_ROWS = 'SELECT sum(number) FROM numbers(1000) SETTINGS max_rows_to_read = 10';

describe('a pass that is too much for the store at once', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  /** Days of a shop of which nothing is rolled up anew, though their orders have changed since. */
  async function staleDays() {
    const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
    const days = Array.from({ length: DAYS }, (_, day) => `2026-03-0${String(day + 1)}`);
    const orders = (price: string, seq: number) =>
      days.map((day, id) => {
        const at = `${day}T05:00:00Z`;
        const spec = {
          id: String(id),
          createdAt: at,
          paidAt: at,
          lines: [{ product: 'P', price }],
        };
        return factMessage(tenant, 'order', spec.id, orderFactOf(tenant.zone, spec), seq);
      });
    await sink.store(orders('5', 1));
    await sink.clickhouse.command(
      `INSERT INTO orders SELECT * REPLACE (ver + 1 AS ver, [toDecimal64(7, 4)] AS \`lines.original_price\`)
       FROM orders WHERE shop_key = '${tenant.shopKey}'`,
    );
    const buckets = days.map((localDate) => ({ shopKey: tenant.shopKey, epoch: 1, localDate }));
    return { tenant, dirty: { order: buckets, settlement: [], finance: [] } };
  }

  /** The store as it is, which takes statements of so many days into a table at most. */
  function limited(table: string, most: number) {
    const refused: number[] = [];
    const clickhouse: Clickhouse = {
      ...sink.clickhouse,
      command: (sql, params) => {
        const days = new Set(sql.match(/2026-03-\d\d/gu)).size;
        if (!sql.includes(`INSERT INTO ${table} `) || days <= most) {
          return sink.clickhouse.command(sql, params);
        }
        refused.push(days);
        return sink.clickhouse.command(TOO_MANY_ROWS);
      },
    };
    return { clickhouse, refused };
  }

  /** The store as it is, to which statements of this text take 0.4 seconds for each day. */
  function slow(text: string, store = sink.clickhouse) {
    const slowed = (sql: string): string =>
      sql.includes(text)
        ? sql.replace('FROM dirty)', 'FROM dirty WHERE sleepEachRow(0.4) = 0)')
        : sql;
    const codes: unknown[] = [];
    const noted = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        codes.push(error instanceof ClickhouseFault ? error.serverCode : error);
        throw error;
      }
    };
    const clickhouse: Clickhouse = {
      ...store,
      command: (sql, params) => noted(store.command(slowed(sql), params)),
      query: (sql, params, row) => noted(store.query(slowed(sql), params, row)),
    };
    return { clickhouse, codes };
  }

  /** Of two rows of one version nobody knows which is the figure. */
  const doubled = async (shopKey: string): Promise<string | undefined> => {
    const sql = `SELECT count() AS n FROM (
      SELECT count() AS rows FROM shop_daily WHERE shop_key = {shopKey:FixedString(26)}
      GROUP BY local_date, event_date, currency, ver HAVING rows > 1)`;
    const [row] = await sink.clickhouse.query(sql, { shopKey }, z.object({ n: z.string() }));
    return row?.n;
  };
  const grossOf = async (tenant: Parameters<typeof rollupRows>[2]) =>
    Promise.all(
      (['shop_hourly', 'shop_daily', 'product_daily'] as const).map(async (table) =>
        Object.values(await rollupRows(sink.clickhouse, table, tenant)).map(
          (row) => row['gross_sales'],
        ),
      ),
    );

  it('is done in halves, each right, also where a part of the whole was done', async () => {
    const { tenant, dirty } = await staleDays();
    await sink.clickhouse.command('SYSTEM STOP MERGES shop_daily');
    const { clickhouse, refused } = limited('product_daily', 2);
    const { log, lines } = createMemoryLog();

    await createReroll({ clickhouse, log })(dirty);

    const right = Array<string>(DAYS).fill('70000');
    expect(await grossOf(tenant)).toEqual([right, right, right]);
    expect(refused).toEqual([5, 3]);
    expect(await doubled(tenant.shopKey)).toBe('0');
    expect(lines().filter(({ msg }) => String(msg).includes('halved'))).toHaveLength(2);
  });

  it.each([
    ['a statement', 'INSERT INTO shop_daily ', 0],
    ['the proof', 'min(ver) != max(ver)', 0],
    // It is asked where rows from the future stand there.
    ['the look at what stands there', 'toString(max(ver))', 1],
  ])(
    'is done in halves where %s takes longer than it may',
    async (_what, text, hoursAhead) => {
      const { tenant, dirty } = await staleDays();
      await sink.clickhouse.command(
        `INSERT INTO shop_daily SELECT * REPLACE (now64(6, 'UTC') + INTERVAL ${String(hoursAhead)} HOUR AS ver)
         FROM shop_daily FINAL WHERE shop_key = '${tenant.shopKey}'`,
      );
      const { log, lines } = createMemoryLog();

      const { clickhouse, codes } = slow(text);

      await createReroll({ clickhouse, log, statementS: 1 })(dirty);

      const right = Array<string>(DAYS).fill('70000');
      const halved = lines().filter(({ msg }) => String(msg).includes('halved'));
      expect(await grossOf(tenant)).toEqual([right, right, right]);
      // Of two days and of one a busy machine may make more.
      expect(halved.slice(0, 2).map(({ buckets }) => buckets)).toEqual([5, 3]);
      expect(codes.slice(0, 2)).toEqual([159, 159]);
    },
    60_000,
  );

  it('is done in halves where nobody answers in time, behind what is still at work', async () => {
    const { tenant, dirty } = await staleDays();
    const { log, lines } = createMemoryLog();
    const impatient = createClickhouse({
      url: engineEnv().CLICKHOUSE_URL,
      database: sink.clickhouse.database,
      requestMs: 1_000,
      log,
    });

    const { clickhouse, codes } = slow('INSERT INTO shop_daily ', impatient);

    await createReroll({ clickhouse, log })(dirty);
    await impatient.stop();

    const right = Array<string>(DAYS).fill('70000');
    const halved = lines().filter(({ msg }) => String(msg).includes('halved'));
    expect(await grossOf(tenant)).toEqual([right, right, right]);
    expect(halved.slice(0, 2).map(({ buckets }) => buckets)).toEqual([5, 3]);
    expect(codes.slice(0, 2)).toEqual([undefined, undefined]);
    expect(await doubled(tenant.shopKey)).toBe('0');
  }, 60_000);

  it('fails where one day alone is too much', async () => {
    const { dirty } = await staleDays();
    const { clickhouse } = limited('shop_daily', 0);
    const { log } = createMemoryLog();

    await expect(createReroll({ clickhouse, log })(dirty)).rejects.toMatchObject({
      serverCode: 158,
    });
  });
});
