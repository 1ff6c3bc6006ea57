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
  const eraserOf = (clickhouse = sink.clickhouse, options = {}) =>
    createClickhouseErasers(clickhouse, options).find(
      ({ storeId }) => storeId === 'clickhouse.gaps',
    );
  const erase = (shop: ReturnType<typeof aShopKey>, clickhouse = sink.clickhouse) =>
    eraserOf(clickhouse)?.erase({ shopKey: shop, throughEpoch: 1 });
  /** A removal that takes two seconds for each row, of which nobody awaits the end. */
  const removeSlowly = (...shops: readonly string[]): Promise<void> =>
    sink.clickhouse.command(
      `ALTER TABLE gaps DELETE WHERE shop_key IN ('${shops.join("', '")}') AND sleepEachRow(2) = 0
       SETTINGS mutations_sync = 0`,
    );
  const openMutations = async (): Promise<string | undefined> => {
    const sql = `SELECT count() AS n FROM system.mutations
      WHERE database = currentDatabase() AND is_done = 0`;
    return (await sink.clickhouse.query(sql, {}, counted))[0]?.n;
  };
  /** The store as it is; of a removal something else becomes. */
  const whenRemoving = (become: (sql: string) => Promise<void>): TestSink['clickhouse'] => ({
    ...sink.clickhouse,
    command: (sql, params) =>
      sql.includes('ALTER TABLE gaps DELETE') ? become(sql) : sink.clickhouse.command(sql, params),
  });

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

  it('is done while the store still removes what another shop had', async () => {
    const [erased, other] = [aShopKey(), aShopKey()];
    await Promise.all([insert(erased), insert(other)]);
    const clickhouse = whenRemoving(async (sql) => {
      await sink.clickhouse.command(sql);
      await removeSlowly(other);
    });

    const seen = await erase(erased, clickhouse);
    const open = await openMutations();

    expect([seen, open]).toEqual([{ found: 1, removed: 1 }, '1']);
    await eventually(async () => {
      expect(await openMutations()).toBe('0');
    });
  }, 60_000);

  it('counts what the store removes behind a request that nobody answers', async () => {
    const shop = aShopKey();
    await insert(shop);
    const clickhouse = whenRemoving(async () => {
      await removeSlowly(shop);
      throw new AppError('upstream.unavailable', 'no answer');
    });

    expect(await erase(shop, clickhouse)).toEqual({ found: 1, removed: 1 });
    expect([await rowsOf(shop), await openMutations()]).toEqual(['0', '0']);
  }, 60_000);

  it('waits for removals of its shop that others began, and tells what it saw where they take too long', async () => {
    const [shop, other] = [aShopKey(), aShopKey()];
    await Promise.all([insert(shop), insert(other)]);
    const clickhouse = whenRemoving(async (sql) => {
      await sink.clickhouse.command(sql);
      await removeSlowly(shop, other);
    });
    const noted: unknown[] = [];

    await expect(
      eraserOf(clickhouse, { mutationMs: 0 })?.erase({ shopKey: shop, throughEpoch: 1 }, (seen) => {
        noted.push(seen);
      }),
    ).rejects.toMatchObject({ code: 'upstream.unavailable' });
    const again = await erase(shop);

    expect(noted.at(-1)).toEqual({ found: 1, removed: 1 });
    expect([again, await openMutations()]).toEqual([{ found: 0, removed: 0 }, '0']);
  }, 60_000);

  it('fails as the request did where it left anything', async () => {
    const shop = aShopKey();
    await insert(shop);
    const refused = new AppError('internal', 'clickhouse refused the statement');

    await expect(
      erase(
        shop,
        whenRemoving(() => Promise.reject(refused)),
      ),
    ).rejects.toBe(refused);
  });
});
