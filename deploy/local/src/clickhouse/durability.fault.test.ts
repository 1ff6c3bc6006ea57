import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Engines } from '../engines/start-engines.ts';
import { startTestEngines } from '../testing/test-engine.ts';

/** Inserts that are acknowledged before the server is killed. */
const EACH_ROUND = 20;

let engines: Engines;

async function ask(sql: string): Promise<string> {
  const response = await fetch(engines.env['CLICKHOUSE_URL'] ?? '', { method: 'POST', body: sql });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(text);
  }
  return text.trim();
}

beforeAll(async () => {
  engines = await startTestEngines('clickhouse');
  await ask('CREATE TABLE t (n UInt32) ENGINE = ReplacingMergeTree ORDER BY n');
}, 60_000);

afterAll(async () => {
  await engines.stop();
});

describe('the embedded ClickHouse under SIGKILL', () => {
  it('keeps every insert that it acknowledged', async () => {
    const acknowledged: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      let killed: Promise<unknown> | undefined;
      for (let n = round * 100_000; ; n += 1) {
        try {
          await ask(`INSERT INTO t FORMAT JSONEachRow\n{"n":${String(n)}}`);
        } catch {
          break;
        }
        acknowledged.push(n);
        if (n % 100_000 === EACH_ROUND) {
          // At any moment of one of the next inserts.
          killed = delay(randomInt(60)).then(() => engines.engines.clickhouse?.kill('SIGKILL'));
        }
      }
      await killed;
      await engines.engines.clickhouse?.restart();
    }

    const found = new Set((await ask('SELECT n FROM t FINAL')).split('\n').map(Number));

    expect(acknowledged.length).toBeGreaterThan(3 * EACH_ROUND);
    expect(acknowledged.filter((n) => !found.has(n))).toEqual([]);
  }, 60_000);
});
