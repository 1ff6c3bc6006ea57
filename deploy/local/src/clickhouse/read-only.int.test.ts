import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Engines } from '../engines/start-engines.ts';
import { startTestEngines } from '../testing/test-engine.ts';

let engines: Engines;

async function ask(key: 'CLICKHOUSE_URL' | 'CLICKHOUSE_READONLY_URL', sql: string) {
  const response = await fetch(engines.env[key] ?? '', { method: 'POST', body: sql });
  return { status: response.status, text: (await response.text()).trim() };
}

beforeAll(async () => {
  engines = await startTestEngines('clickhouse');
  await ask('CLICKHOUSE_URL', 'CREATE TABLE t (x UInt8) ENGINE = MergeTree ORDER BY x');
  await ask('CLICKHOUSE_URL', 'INSERT INTO t VALUES (7)');
}, 60_000);

afterAll(async () => {
  await engines.stop();
});

describe('the read-only address', () => {
  it.each([
    ['SELECT x FROM t', '7'],
    ['WITH 1 AS one SELECT x + one FROM t FINAL SETTINGS max_threads = 1', ''],
    ['SELECT count() FROM numbers(3)', '3'],
    ['(SELECT 1)', '1'],
    ['EXISTS TABLE t', '1'],
    ["SELECT count() > 0 FROM system.parts WHERE table = 't'", '1'],
  ])('answers %s', async (sql, text) => {
    const asked = await ask('CLICKHOUSE_READONLY_URL', sql.replace(' FINAL', ''));

    expect(asked).toEqual({ status: 200, text: text === '' ? '8' : text });
  });

  it.each(['SHOW TABLES', 'DESCRIBE TABLE t', 'EXPLAIN SELECT x FROM t'])(
    'answers %s',
    async (sql) => {
      expect((await ask('CLICKHOUSE_READONLY_URL', sql)).status).toBe(200);
    },
  );

  it.each([
    'INSERT INTO t VALUES (1)',
    'INSERT INTO t FORMAT JSONEachRow\n{"x":1}',
    'ALTER TABLE t DELETE WHERE 1',
    'DROP TABLE t',
    'TRUNCATE TABLE t',
    'CREATE TABLE u (x UInt8) ENGINE = Memory',
    'CREATE TEMPORARY TABLE u (x UInt8)',
    'OPTIMIZE TABLE t FINAL',
    'SYSTEM STOP MERGES',
    'SET readonly = 0',
    'SELECT x FROM t SETTINGS readonly = 0',
    'SELECT 1; DROP TABLE t',
    '/* SELECT */ DROP TABLE t',
    'WITH 1 AS x INSERT INTO t SELECT x',
    "SELECT * FROM file('/etc/hostname', 'LineAsString')",
    "SELECT * FROM `file`('/etc/hostname', 'LineAsString')",
    "SELECT * FROM FILE /* so */ ('/etc/hostname', 'LineAsString')",
    "SELECT file('/etc/hostname')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM s3('http://127.0.0.1:1/x', 'LineAsString')",
    "SELECT * FROM remote('127.0.0.1:1', 'system', 'one')",
    "SELECT * FROM executable('ls', 'TSV', 'x String')",
    "DESCRIBE TABLE file('/etc/hostname', 'LineAsString')",
  ])('refuses %s', async (sql) => {
    const before = (await ask('CLICKHOUSE_URL', 'SELECT count(), sum(x) FROM t')).text;

    const refused = await ask('CLICKHOUSE_READONLY_URL', sql);

    expect(refused.status).not.toBe(200);
    expect(refused.text).toMatch(/^Code: (62|164|497)\./);
    expect((await ask('CLICKHOUSE_URL', 'SELECT count(), sum(x) FROM t')).text).toBe(before);
  });

  it('writes no file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'outfile-')), 'out.tsv');

    const refused = await ask('CLICKHOUSE_READONLY_URL', `SELECT 1 INTO OUTFILE '${file}'`);

    expect([refused.status, existsSync(file)]).toEqual([403, false]);
  });
});
