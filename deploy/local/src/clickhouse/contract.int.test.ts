import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import {
  ask,
  client,
  connect,
  contractDatabase,
  rows,
  useContractDatabase,
} from './contract.fixture.ts';

// What the services ask of a ClickHouse, of any: also of a real server, given as CLICKHOUSE_URL.
useContractDatabase();

describe('answers', () => {
  it('answers a ping and a ping that selects', async () => {
    expect(await client().ping()).toMatchObject({ success: true });
    expect(await client().ping({ select: true })).toMatchObject({ success: true });
  });

  it('quotes 64-bit integers and decimals', async () => {
    const query = `SELECT toUInt64(18446744073709551615) AS big, toDecimal64('12345678901234.5678', 4) AS sum
      SETTINGS output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1`;

    expect(await rows(query)).toEqual([
      { big: '18446744073709551615', sum: '12345678901234.5678' },
    ]);
  });

  it.each(['JSON', 'JSONCompact'] as const)('answers whole documents as %s', async (format) => {
    const result = await client().query({ query: 'SELECT 1 AS one', format });

    expect(await result.json()).toMatchObject({ rows: 1, meta: [{ name: 'one', type: 'UInt8' }] });
  });

  it.each([
    ['TabSeparated', '1\tx\n'],
    ['CSVWithNames', '"n","s"\n1,"x"\n'],
    ['JSONCompactEachRow', '[1, "x"]\n'],
  ] as const)('answers text as %s', async (format, text) => {
    const result = await client().query({ query: `SELECT 1 AS n, 'x' AS s`, format });

    expect((await result.text()).replaceAll('",1', '", 1')).toBe(text);
  });

  it('streams rows', async () => {
    const result = await client().query({
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
    await client().insert({
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

    const { stream } = await client().exec({
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
    const { summary } = await client().insert({
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
    await client().command({
      query: `INSERT INTO items VALUES (200, 'semi;colon', 1, [], '${at}')`,
    });
    await client().command({
      query: `INSERT INTO items SELECT 201, name, amount, tags, at FROM items WHERE id = 200`,
    });
    const { status } = await ask(
      `/?database=${contractDatabase}&query=${encodeURIComponent('INSERT INTO items FORMAT JSONEachRow')}`,
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
    const { status } = await ask(`/?database=${contractDatabase}`, {
      method: 'POST',
      body: `INSERT INTO items FORMAT JSONEachRow\n{"id":"300","name":"one; SELECT 1","amount":"1","tags":[],"at":"${at}"}\n`,
    });

    expect(status).toBe(200);
    expect(await rows('SELECT name FROM items WHERE id = 300')).toEqual([
      { name: 'one; SELECT 1' },
    ]);
  });

  it('writes nothing of a batch with a bad row', async () => {
    const insert = client().insert({
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
