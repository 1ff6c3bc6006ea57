import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from '@tokometrics/kit';
import { aShopKey, engineEnv, eventually } from '@tokometrics/testkit';
import { z } from 'zod';
import { createClickhouseErasers } from './clickhouse-erasers.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const counted = z.object({ n: z.string() });
const AT_WORK = `SELECT count() AS n FROM system.processes
  WHERE position(query, {shop:String}) > 0 AND query_kind = 'Insert'`;

describe('the erasure of a table', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const insert = (shop: string, delay = ''): Promise<void> =>
    sink.clickhouse.command(
      `INSERT INTO gaps (shop_key, epoch, resource, entity_id, from_s, through_s, ver)
       SELECT '${shop}', 1, 'order', '1', 0, 1800000000, 1 ${delay}`,
    );
  const rowsOf = async (shop: string): Promise<string | undefined> => {
    const sql = 'SELECT count() AS n FROM gaps WHERE shop_key = {shop:FixedString(26)}';
    return (await sink.clickhouse.query(sql, { shop }, counted))[0]?.n;
  };
  const atWork = async (shop: string): Promise<string | undefined> =>
    (await sink.clickhouse.query(AT_WORK, { shop }, counted))[0]?.n;
  const erase = (shop: ReturnType<typeof aShopKey>, clickhouse = sink.clickhouse) =>
    createClickhouseErasers(clickhouse)
      .find(({ storeId }) => storeId === 'clickhouse.gaps')
      ?.erase({ shopKey: shop, throughEpoch: 1 });

  it('takes away what a statement writes that began before it and whose answer nobody hears', async () => {
    const [erased, other] = [aShopKey(), aShopKey()];
    await insert(other);
    const late = insert(erased, 'WHERE sleepEachRow(2) = 0');
    await eventually(async () => {
      expect(await atWork(erased)).toBe('1');
    });

    const found = await erase(erased);
    await late;

    expect(found).toEqual({ found: 1, removed: 1 });
    expect([await rowsOf(erased), await rowsOf(other)]).toEqual(['0', '1']);
  }, 60_000);

  it('waits for nobody who began behind it', async () => {
    const shop = aShopKey();
    let asked = 0;
    const clickhouse: TestSink['clickhouse'] = {
      ...sink.clickhouse,
      query: (sql, params, row) => {
        if (!sql.includes('system.processes')) {
          return sink.clickhouse.query(sql, params, row);
        }
        asked += 1;
        return Promise.resolve(['begun before', `begun at look ${String(asked)}`])
          .then((ids) => (asked < 3 ? ids : ids.slice(1)))
          .then((ids) => ids.map((id) => row.parse({ query_id: id })));
      },
    };

    expect(await erase(shop, clickhouse)).toEqual({ found: 0, removed: 0 });
    expect(asked).toBe(3);
  });

  it('is not done while one from before does not end, and says so', async () => {
    const clickhouse: TestSink['clickhouse'] = {
      ...sink.clickhouse,
      query: (sql, params, row) =>
        sql.includes('system.processes')
          ? Promise.resolve([row.parse({ query_id: 'for ever' })])
          : sink.clickhouse.query(sql, params, row),
    };

    await expect(erase(aShopKey(), clickhouse)).rejects.toThrow(AppError);
  }, 30_000);
});
