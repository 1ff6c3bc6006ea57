import { randomUUID } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createLogger } from '../logging.ts';
import { requiredEnv } from '../testing/required-env.ts';
import { createClickhouse, withQuoting } from './clickhouse.ts';
import type { Clickhouse } from './clickhouse.ts';
import { ClickhouseFault } from './clickhouse-fault.ts';
import { defineQuery, runQuery } from './define-query.ts';
import { migrateClickhouse } from './migrate-clickhouse.ts';

const logged: string[] = [];
const log = createLogger({
  service: 'test',
  level: 'debug',
  destination: { write: (line) => logged.push(line) },
});
const database = `t_${randomUUID().slice(0, 8)}`;
let clickhouse: Clickhouse;

const migrations = [
  {
    id: '0001-amounts',
    sql: `-- what was sold
      CREATE TABLE IF NOT EXISTS amounts (id String, n UInt64, amount Decimal(18, 4), at Date)
      ENGINE = ReplacingMergeTree ORDER BY id;
      CREATE TABLE IF NOT EXISTS notes (id String, t String) ENGINE = MergeTree ORDER BY id;
    `,
  },
];

const amounts = defineQuery({
  name: 'amounts',
  params: z.strictObject({ from: z.iso.date() }),
  row: z.strictObject({ id: z.string(), n: z.string(), amount: z.string() }),
  sql: `
    SELECT id, n, amount FROM amounts FINAL
    WHERE at >= {from:Date} ORDER BY id
    SETTINGS do_not_merge_across_partitions_select_final = 1`,
  mapRow: ({ id, n, amount }) => `${id}:${n}:${amount}`,
});

const tsv = (...rows: readonly (readonly string[])[]): Buffer =>
  Buffer.from(rows.map((cells) => `${cells.join('\t')}\n`).join(''));

async function faultOf(work: Promise<unknown>): Promise<ClickhouseFault> {
  const error: unknown = await work.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  if (!(error instanceof ClickhouseFault)) {
    throw new Error(`not a fault: ${String(error)}`);
  }
  return error;
}

beforeAll(async () => {
  clickhouse = createClickhouse({ url: requiredEnv('CLICKHOUSE_URL'), database, log });
  await clickhouse.start();
}, 60_000);

afterAll(async () => {
  await clickhouse.command(`DROP DATABASE IF EXISTS ${database}`);
  await clickhouse.stop();
});

describe('migrations', () => {
  it('make the database and the tables, once, in order, and refuse a changed one', async () => {
    expect(await migrateClickhouse(clickhouse, migrations)).toEqual(['0001-amounts']);
    expect(await migrateClickhouse(clickhouse, migrations)).toEqual([]);

    const changed = [{ id: '0001-amounts', sql: 'SELECT 1' }];
    await expect(migrateClickhouse(clickhouse, changed)).rejects.toMatchObject({
      code: 'internal',
      details: { reason: '0001-amounts' },
    });
  }, 30_000);

  it('are read from a directory of .sql files', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'migrations-'));
    await writeFile(join(directory, '0003-b.sql'), 'CREATE TABLE IF NOT EXISTS b AS a;\n');
    await writeFile(
      join(directory, '0002-a.sql'),
      'CREATE TABLE IF NOT EXISTS a (x UInt8) ENGINE = MergeTree ORDER BY x;\n-- end\n',
    );
    await writeFile(join(directory, 'README.md'), 'not a migration');

    expect(await migrateClickhouse(clickhouse, directory)).toEqual(['0002-a', '0003-b']);
  }, 30_000);
});

describe('inserts and queries', () => {
  it('stores the bytes and reads big numbers and decimals as strings', async () => {
    const rows = tsv(
      ['a', '18446744073709551615', '12345678901234.5678', '2026-01-01'],
      ['b', '1', '0.1', '2026-01-02'],
    );

    await clickhouse.insertTsv('amounts', ['id', 'n', 'amount', 'at'], rows);
    await clickhouse.insertTsv('amounts', ['id', 'n', 'amount', 'at'], rows);
    await clickhouse.insertTsv('amounts', ['id', 'n', 'amount', 'at'], Buffer.alloc(0));

    expect(await runQuery(clickhouse, amounts, { from: '2026-01-01' })).toEqual([
      'a:18446744073709551615:12345678901234.5678',
      'b:1:0.1',
    ]);
    expect(await runQuery(clickhouse, amounts, { from: '2026-01-02' })).toEqual(['b:1:0.1']);
  });

  it('quotes numbers also where the query brings no settings', async () => {
    const row = z.object({ n: z.string(), d: z.string() });

    expect(
      await clickhouse.query("SELECT count() AS n, toDecimal64('1.50', 2) AS d", {}, row),
    ).toEqual([{ n: '1', d: '1.5' }]);
  });

  it('quotes numbers also where a setting of the query is text', async () => {
    const sql = `SELECT count() AS n, 'SETTINGS' AS word FROM numbers(3)
      SETTINGS timeout_overflow_mode = 'throw', max_execution_time = 9`;

    const rows = await clickhouse.query(sql, {}, z.object({ n: z.string(), word: z.string() }));

    expect(rows).toEqual([{ n: '3', word: 'SETTINGS' }]);
    expect(withQuoting(sql)).toMatch(/max_execution_time = 9, output_format/);
    expect(withQuoting("SELECT 'SETTINGS'")).toMatch(/'SETTINGS' SETTINGS output_format/);
  });

  it('takes large inserts and many at a time', async () => {
    const rows = Array.from({ length: 20_000 }, (_, n) => [`k${String(n)}`, 'x'.repeat(100)]);
    const parts = [0, 1, 2, 3].map((part) => tsv(...rows.slice(part * 5_000, (part + 1) * 5_000)));

    await Promise.all(parts.map((part) => clickhouse.insertTsv('notes', ['id', 't'], part)));

    const count = z.object({ n: z.string() });
    expect(await clickhouse.query('SELECT count() AS n FROM notes', {}, count)).toEqual([
      { n: '20000' },
    ]);
  }, 60_000);

  it('refuses parameters that the query does not name before anything is sent', async () => {
    const surplus = { from: '2026-01-01', shop: 'x' };

    await expect(runQuery(clickhouse, amounts, surplus)).rejects.toThrow();
    await expect(
      clickhouse.insertTsv('amounts; DROP TABLE amounts', ['id'], tsv(['x'])),
    ).rejects.toMatchObject({ code: 'internal' });
  });
});

describe('faults', () => {
  it('say what ClickHouse said without the row that it quotes', async () => {
    const bad = tsv(['canary-7f3', 'not-a-number', '1.0', '2026-01-01']);

    const fault = await faultOf(clickhouse.insertTsv('amounts', ['id', 'n', 'amount', 'at'], bad));

    expect(fault).toMatchObject({ transient: false, code: 'internal', serverCode: 27 });
    expect(fault.aboutRecord).toBe(true);
    const everything = JSON.stringify(fault, Object.getOwnPropertyNames(fault)) + fault.detail;
    expect(everything).not.toContain('canary-7f3');
    expect(everything).not.toContain('not-a-number');
    expect(String(fault.cause)).not.toContain('not-a-number');
    expect(logged.join('')).not.toContain('canary-7f3');
  });

  it('know a missing table by its number, with no literal of the query', async () => {
    const fault = await faultOf(
      clickhouse.query("SELECT 'canary-9' FROM nothing_here", {}, z.unknown()),
    );

    expect(fault).toMatchObject({ transient: false, serverCode: 60 });
    expect(fault.aboutRecord).toBe(false);
    expect(fault.detail).not.toContain('canary-9');
  });

  it('are transient when nobody answers', async () => {
    const gone = createClickhouse({ url: 'http://127.0.0.1:1', database, log });

    const fault = await faultOf(gone.command('SELECT 1'));

    expect(fault).toMatchObject({ transient: true, code: 'upstream.unavailable' });
    expect(fault.serverCode).toBeUndefined();
    expect(await gone.ping()).toBe(false);
    await gone.stop();
  });

  it('are transient when a read takes longer than a person waits', async () => {
    const url = requiredEnv('CLICKHOUSE_URL');
    const impatient = createClickhouse({ url, database: 'default', log, readMs: 200 });
    const row = z.looseObject({});

    const fault = await faultOf(impatient.query('SELECT sleep(1)', {}, row));

    expect(fault).toMatchObject({ transient: true, code: 'upstream.unavailable', isTimeout: true });
    expect(await impatient.query('SELECT 1 AS n', {}, row)).toHaveLength(1);
    await impatient.stop();
  });

  it('tell a statement that took too long from a store that is not there', async () => {
    const url = requiredEnv('CLICKHOUSE_URL');
    const impatient = createClickhouse({ url, database: 'default', log, requestMs: 200 });
    const gone = createClickhouse({ url: 'http://127.0.0.1:1', database, log });

    const slow = await faultOf(impatient.command('SELECT sleep(1) FORMAT Null'));
    const away = await faultOf(gone.command('SELECT 1'));

    expect(slow).toMatchObject({ transient: true, serverCode: undefined, isTimeout: true });
    expect(away).toMatchObject({ transient: true, serverCode: undefined, isTimeout: false });
    await Promise.all([impatient.stop(), gone.stop()]);
  });
});
