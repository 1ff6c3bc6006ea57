import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ClickHouseClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestEngines } from '../testing/test-engine.ts';

/** What the services ask of a ClickHouse, of any: also a real server's, given by its address. */
const given = process.env['CLICKHOUSE_CONTRACT_URL'];
const database = `contract_${String(process.pid)}`;
let stopEngines: () => Promise<void> = () => Promise.resolve();
let url = '';
let client: ClickHouseClient;

function connect(options: Parameters<typeof createClient>[0] = {}): ClickHouseClient {
  return createClient({
    url,
    database,
    request_timeout: 30_000,
    log: { level: ClickHouseLogLevel.OFF },
    ...options,
  });
}

async function rows<T = Record<string, unknown>>(
  query: string,
  params: Record<string, unknown> = {},
) {
  const result = await client.query({ query, query_params: params, format: 'JSONEachRow' });
  return result.json<T>();
}

async function ask(path: string, init: RequestInit = {}) {
  const response = await fetch(`${url.replace(/\/$/, '')}${path}`, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

beforeAll(async () => {
  if (given === undefined) {
    const engines = await startTestEngines('clickhouse');
    stopEngines = () => engines.stop();
    url = engines.env['CLICKHOUSE_URL'] ?? '';
  } else {
    url = given;
  }
  const bare = createClient({ url });
  await bare.command({ query: `CREATE DATABASE ${database}` });
  await bare.close();
  client = connect();
  await client.command({
    query: `CREATE TABLE items (id UInt64, name String, amount Decimal(18,4), tags Array(String),
      at DateTime64(3, 'UTC')) ENGINE = ReplacingMergeTree ORDER BY id`,
  });
}, 60_000);

afterAll(async () => {
  await client.command({ query: `DROP DATABASE ${database}` });
  await client.close();
  await stopEngines();
});

describe('answers', () => {
  it('answers a ping and a ping that selects', async () => {
    expect(await client.ping()).toMatchObject({ success: true });
    expect(await client.ping({ select: true })).toMatchObject({ success: true });
  });

  it('quotes 64-bit integers and decimals', async () => {
    const query = `SELECT toUInt64(18446744073709551615) AS big, toDecimal64('12345678901234.5678', 4) AS sum
      SETTINGS output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1`;

    expect(await rows(query)).toEqual([
      { big: '18446744073709551615', sum: '12345678901234.5678' },
    ]);
  });

  it.each(['JSON', 'JSONCompact'] as const)('answers whole documents as %s', async (format) => {
    const result = await client.query({ query: 'SELECT 1 AS one', format });

    expect(await result.json()).toMatchObject({ rows: 1, meta: [{ name: 'one', type: 'UInt8' }] });
  });

  it.each([
    ['TabSeparated', '1\tx\n'],
    ['CSVWithNames', '"n","s"\n1,"x"\n'],
    ['JSONCompactEachRow', '[1, "x"]\n'],
  ] as const)('answers text as %s', async (format, text) => {
    const result = await client.query({ query: `SELECT 1 AS n, 'x' AS s`, format });

    expect((await result.text()).replaceAll('",1', '", 1')).toBe(text);
  });

  it('streams rows', async () => {
    const result = await client.query({
      query: 'SELECT number FROM numbers(20000)',
      format: 'JSONEachRow',
    });
    let count = 0;

    for await (const chunk of result.stream()) {
      count += chunk.length;
    }

    expect(count).toBe(20_000);
  });

  it('lets a FORMAT clause in the statement win', async () => {
    const { text, headers } = await ask('/?default_format=CSV', {
      method: 'POST',
      body: 'SELECT 1 AS a FORMAT JSONEachRow',
    });

    expect([text, headers.get('x-clickhouse-format')]).toEqual(['{"a":1}\n', 'JSONEachRow']);
  });

  it('compresses only for who asks', async () => {
    const packed = connect({ compression: { response: true, request: true } });
    const result = await packed.query({
      query: `SELECT repeat('x', 5000) AS s`,
      format: 'JSONEachRow',
    });
    const [row] = await result.json<{ s: string }>();
    await packed.close();
    const asked = await ask('/?enable_http_compression=1', {
      method: 'POST',
      body: `SELECT repeat('x', 5000)`,
      headers: { 'accept-encoding': 'gzip' },
    });

    expect(row?.s).toHaveLength(5000);
    expect(asked.headers.get('content-encoding')).toBe('gzip');
  });
});

describe('parameters', () => {
  it('binds values and never reads them as SQL', async () => {
    const nasty = `'; DROP TABLE items; -- \\ \t\n "quoted" {a:String} 😀`;
    const [row] = await rows(
      'SELECT {text:String} AS text, {big:UInt64} AS big, {list:Array(String)} AS list, {none:Nullable(String)} AS none, {id:FixedString(3)} AS id, {day:Date} AS day, {sum:Decimal(18,4)} AS sum',
      {
        text: nasty,
        big: '18446744073709551615',
        list: [nasty, "it's", '\\'],
        none: null,
        id: 'abc',
        day: '2026-02-03',
        sum: '0.0001',
      },
    );

    expect(row).toMatchObject({
      text: nasty,
      list: [nasty, "it's", '\\'],
      none: null,
      id: 'abc',
      day: '2026-02-03',
    });
    expect(String(row?.['big'])).toMatch(/^18446744073709551615$|e\+19$/);
  });

  it('binds identifiers', async () => {
    expect(
      await rows('SELECT count() AS n FROM {table:Identifier}', { table: 'items' }),
    ).toHaveLength(1);
  });

  it('answers a missing parameter with its code', async () => {
    await expect(rows('SELECT {missing:UInt8}')).rejects.toMatchObject({ code: '456' });
  });

  it('keeps the parameters of requests at the same time apart', async () => {
    const numbers = Array.from({ length: 120 }, (_, index) => index);

    const answers = await Promise.all(
      numbers.map((n) =>
        rows<{ n: number; s: string }>('SELECT {n:UInt32} AS n, {s:String} AS s', {
          n,
          s: `s${String(n)}`,
        }),
      ),
    );

    expect(answers.flat()).toEqual(numbers.map((n) => ({ n, s: `s${String(n)}` })));
  });
});

describe('inserts', () => {
  const at = '2026-01-02 03:04:05.678';

  it('takes objects as JSONEachRow', async () => {
    await client.insert({
      table: 'items',
      values: [{ id: '1', name: 'a\tb\n"c"', amount: '1.5000', tags: ['x', "y'z"], at }],
      format: 'JSONEachRow',
    });

    expect(
      await rows('SELECT name, tags, toString(amount) AS amount FROM items WHERE id = 1'),
    ).toEqual([{ name: 'a\tb\n"c"', tags: ['x', "y'z"], amount: '1.5' }]);
  });

  it('takes rows as TabSeparated with settings inside the statement', async () => {
    const values = Readable.from(
      [Buffer.from(`2\ttwo\t2.25\t['a','b']\t${at}\n3\tthree\\twith tab\t-3\t[]\t${at}\n`)],
      { objectMode: false },
    );

    const { stream } = await client.exec({
      query: `INSERT INTO items (id, name, amount, tags, at)
        SETTINGS async_insert = 0, deduplicate_insert = 'disable' FORMAT TabSeparated`,
      values,
    });
    stream.resume();

    expect(await rows('SELECT name, tags FROM items WHERE id IN (2, 3) ORDER BY id')).toEqual([
      { name: 'two', tags: ['a', 'b'] },
      { name: 'three\twith tab', tags: [] },
    ]);
  });

  it('says how many rows it wrote', async () => {
    const { summary } = await client.insert({
      table: 'items',
      values: Array.from({ length: 7 }, (_, index) => ({
        id: String(100 + index),
        name: 'n',
        amount: '0',
        tags: [],
        at,
      })),
      format: 'JSONEachRow',
    });

    expect(summary?.written_rows).toBe('7');
  });

  it('takes VALUES, INSERT SELECT and a compressed body', async () => {
    await client.command({ query: `INSERT INTO items VALUES (200, 'semi;colon', 1, [], '${at}')` });
    await client.command({
      query: `INSERT INTO items SELECT 201, name, amount, tags, at FROM items WHERE id = 200`,
    });
    const { status } = await ask(
      `/?database=${database}&query=${encodeURIComponent('INSERT INTO items FORMAT JSONEachRow')}`,
      {
        method: 'POST',
        headers: { 'content-encoding': 'gzip' },
        body: gzipSync(JSON.stringify({ id: '202', name: 'packed', amount: '1', tags: [], at })),
      },
    );

    expect(status).toBe(200);
    expect(
      await rows(
        'SELECT id, name FROM items WHERE id BETWEEN 200 AND 202 ORDER BY id SETTINGS output_format_json_quote_64bit_integers = 1',
      ),
    ).toEqual([
      { id: '200', name: 'semi;colon' },
      { id: '201', name: 'semi;colon' },
      { id: '202', name: 'packed' },
    ]);
  });

  it('takes statement and data in one body', async () => {
    const { status } = await ask(`/?database=${database}`, {
      method: 'POST',
      body: `INSERT INTO items FORMAT JSONEachRow\n{"id":"300","name":"one; SELECT 1","amount":"1","tags":[],"at":"${at}"}\n`,
    });

    expect(status).toBe(200);
    expect(await rows('SELECT name FROM items WHERE id = 300')).toEqual([
      { name: 'one; SELECT 1' },
    ]);
  });

  it('writes nothing of a batch with a bad row', async () => {
    const insert = client.insert({
      table: 'items',
      values: [
        { id: '400', name: 'good', amount: '1', tags: [], at },
        { id: 'not a number', name: 'bad', amount: '1', tags: [], at },
      ],
      format: 'JSONEachRow',
    });

    await expect(insert).rejects.toMatchObject({ code: expect.stringMatching(/^\d+$/) });
    expect(await rows('SELECT 1 FROM items WHERE id = 400')).toEqual([]);
  });
});

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
    const raw = await ask(`/?database=${database}`, { method: 'POST', body: query });

    await expect(client.query({ query })).rejects.toMatchObject({ code, type });
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
    await client.query({
      query: 'SELECT 1',
      clickhouse_settings: { max_result_rows: '1', readonly: '1' },
    });

    expect(await rows('SELECT number FROM numbers(3)')).toHaveLength(3);
    await client.command({ query: 'CREATE TABLE still_writable (x UInt8) ENGINE = Memory' });
  });

  it('applies the settings of a request to that request', async () => {
    const limited = client.query({
      query: 'SELECT number FROM numbers(3)',
      clickhouse_settings: { max_result_rows: '1' },
    });

    await expect(limited).rejects.toMatchObject({ code: '396' });
  });

  it('forgets SET and USE', async () => {
    await client.command({ query: 'SET max_result_rows = 1' });
    await client.command({ query: 'USE system' });

    expect(await rows('SELECT currentDatabase() AS d FROM numbers(2)')).toEqual([
      { d: database },
      { d: database },
    ]);
  });

  it('keeps databases apart, also at the same time', async () => {
    const names = [1, 2, 3, 4].map((n) => `${database}_${String(n)}`);
    for (const name of names) {
      await client.command({ query: `CREATE DATABASE ${name}` });
      await client.command({
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
      await client.command({ query: `DROP DATABASE ${name}` });
    }
  });
});

describe('tables that change', () => {
  it('reads the newest version with FINAL and removes by mutation', async () => {
    await client.command({
      query: `CREATE TABLE facts (shop String, id UInt32, ver UInt64, is_deleted UInt8 DEFAULT 0, day Date)
        ENGINE = ReplacingMergeTree(ver, is_deleted) PARTITION BY toYYYYMM(day) ORDER BY (shop, id)
        TTL day + INTERVAL 30 DAY`,
    });
    await client.command({ query: 'SYSTEM STOP TTL MERGES facts' });
    await client.command({
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

    await client.command({
      query: `ALTER TABLE facts DELETE WHERE shop = 'a' SETTINGS mutations_sync = 2`,
    });

    expect(await rows('SELECT shop FROM facts')).toEqual([{ shop: 'b' }]);
    expect(
      await rows(
        'SELECT is_done, latest_fail_reason FROM system.mutations WHERE database = {db:String} AND table = {t:String}',
        { db: database, t: 'facts' },
      ),
    ).toEqual([{ is_done: 1, latest_fail_reason: '' }]);
    const parts = await rows<{ active: number }>(
      'SELECT active FROM system.parts WHERE database = {db:String} AND table = {t:String}',
      { db: database, t: 'facts' },
    );
    expect(parts.some((part) => part.active === 1)).toBe(true);
  });
});
