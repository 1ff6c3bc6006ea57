import { describe, expect, it } from '@jest/globals';
import {
  ask,
  client,
  connect,
  contractDatabase,
  rows,
  useContractDatabase,
} from './contract.fixture.ts';

// As contract.int.test.ts: what goes wrong, what requests keep apart, and tables that change.
useContractDatabase();

describe('errors', () => {
  it.each([
    ['SELECT nonsense', '47', 'UNKNOWN_IDENTIFIER', 404],
    ['SELEC 1', '62', 'SYNTAX_ERROR', 400],
    ['SELECT 1 FROM no_such_table', '60', 'UNKNOWN_TABLE', 404],
    ['SELECT 1; SELECT 2', '62', 'SYNTAX_ERROR', 400],
    [
      'SELECT sleepEachRow(0.5) FROM numbers(20) SETTINGS max_execution_time = 1, max_block_size = 1, function_sleep_max_microseconds_per_block = 0',
      '159',
      'TIMEOUT_EXCEEDED',
      408,
    ],
    [
      'SELECT number FROM numbers(100) SETTINGS max_result_rows = 10',
      '396',
      'TOO_MANY_ROWS_OR_BYTES',
      500,
    ],
    ['SELECT 1 SETTINGS no_such_setting = 1', '115', 'UNKNOWN_SETTING', 404],
  ])('answers %s with code %s', async (query, code, type, status) => {
    const raw = await ask(`/?database=${contractDatabase}`, { method: 'POST', body: query });

    await expect(client().query({ query })).rejects.toMatchObject({ code, type });
    expect([raw.headers.get('x-clickhouse-exception-code'), raw.status]).toEqual([code, status]);
    expect(raw.text).toMatch(new RegExp(`^Code: ${code}\\. DB::Exception: .*\\(${type}\\)`, 's'));
  });

  it('answers for a database that is not there', async () => {
    const stranger = connect({ database: 'no_such_database' });

    await expect(stranger.query({ query: 'SELECT 1' })).rejects.toMatchObject({ code: '81' });
    await stranger.close();
  });
});

describe('isolation of requests', () => {
  it('forgets the settings of a request', async () => {
    await client().query({
      query: 'SELECT 1',
      clickhouse_settings: { max_result_rows: '1', readonly: '1' },
    });

    expect(await rows('SELECT number FROM numbers(3)')).toHaveLength(3);
    await client().command({ query: 'CREATE TABLE still_writable (x UInt8) ENGINE = Memory' });
  });

  it('applies the settings of a request to that request', async () => {
    const limited = client().query({
      query: 'SELECT number FROM numbers(3)',
      clickhouse_settings: { max_result_rows: '1' },
    });

    await expect(limited).rejects.toMatchObject({ code: '396' });
  });

  it('forgets SET and USE', async () => {
    await client().command({ query: 'SET max_result_rows = 1' });
    await client().command({ query: 'USE system' });

    expect(await rows('SELECT currentDatabase() AS d FROM numbers(2)')).toEqual([
      { d: contractDatabase },
      { d: contractDatabase },
    ]);
  });

  it('keeps databases apart, also at the same time', async () => {
    const names = [1, 2, 3, 4].map((n) => `${contractDatabase}_${String(n)}`);
    for (const name of names) {
      await client().command({ query: `CREATE DATABASE ${name}` });
      await client().command({
        query: `CREATE TABLE ${name}.own (name String) ENGINE = MergeTree ORDER BY name`,
      });
    }
    const clients = names.map((name) => connect({ database: name }));

    await Promise.all(
      clients.flatMap((one, index) =>
        Array.from({ length: 10 }, () =>
          one.insert({ table: 'own', values: [{ name: names[index] }], format: 'JSONEachRow' }),
        ),
      ),
    );
    const found = await Promise.all(
      clients.map(async (one) =>
        (
          await one.query({
            query: 'SELECT DISTINCT name, count() AS n FROM own GROUP BY name',
            format: 'JSONCompactEachRow',
          })
        ).json(),
      ),
    );

    expect(found.map((answer) => JSON.stringify(answer).replaceAll('"10"', '10'))).toEqual(
      names.map((name) => `[["${name}",10]]`),
    );
    await Promise.all(clients.map((one) => one.close()));
    for (const name of names) {
      await client().command({ query: `DROP DATABASE ${name}` });
    }
  });
});

describe('tables that change', () => {
  it('reads the newest version with FINAL and removes by mutation', async () => {
    await client().command({
      query: `CREATE TABLE facts (shop String, id UInt32, ver UInt64, is_deleted UInt8 DEFAULT 0, day Date)
        ENGINE = ReplacingMergeTree(ver, is_deleted) PARTITION BY toYYYYMM(day) ORDER BY (shop, id)
        TTL day + INTERVAL 30 DAY`,
    });
    await client().command({ query: 'SYSTEM STOP TTL MERGES facts' });
    await client().command({
      query: `INSERT INTO facts (shop, id, ver, day) VALUES ('a', 1, 1, '2020-01-01'), ('a', 1, 2, '2020-01-01'), ('b', 1, 1, '2020-02-01')`,
    });

    expect(
      await rows(
        'SELECT shop, toUInt8(ver) AS ver FROM facts FINAL ORDER BY shop SETTINGS do_not_merge_across_partitions_select_final = 1',
      ),
    ).toEqual([
      { shop: 'a', ver: 2 },
      { shop: 'b', ver: 1 },
    ]);

    await client().command({
      query: `ALTER TABLE facts DELETE WHERE shop = 'a' SETTINGS mutations_sync = 2`,
    });

    expect(await rows('SELECT shop FROM facts')).toEqual([{ shop: 'b' }]);
    expect(
      await rows(
        'SELECT is_done, latest_fail_reason FROM system.mutations WHERE database = {db:String} AND table = {t:String}',
        { db: contractDatabase, t: 'facts' },
      ),
    ).toEqual([{ is_done: 1, latest_fail_reason: '' }]);
    const parts = await rows<{ active: number }>(
      'SELECT active FROM system.parts WHERE database = {db:String} AND table = {t:String}',
      { db: contractDatabase, t: 'facts' },
    );
    expect(parts.some((part) => part.active === 1)).toBe(true);
  });
});
