import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OrderFact } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit';
import type { Clickhouse } from '@tokometrics/kit';
import { aShopKey, createMemoryLog, engineEnv, eventually } from '@tokometrics/testkit';
import { z } from 'zod';
import { readFact } from '../domain/read-fact.ts';
import { createReroll } from './clickhouse-reroll.ts';
import { createClickhouseSink } from './clickhouse-sink.ts';
import { createFactValidators } from './fact-validators.ts';
import { factMessage, orderFactOf } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { rollupsOf, withoutZeros } from './oracle.test-support.ts';
import { rollupRows } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const AT = '2026-02-01T06:00:00Z';
const SLEEPING = `SELECT count() AS n FROM system.processes
  WHERE position(query, 'sleepEachRow(2) = 0') > 0 AND query_id != queryID()`;

describe('a pass whose answer is lost while the store still works at it', () => {
  const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Kolkata' };
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const versionOf = (currency: string): OrderFact =>
    orderFactOf(tenant.zone, {
      ...{ id: '1', createdAt: AT, paidAt: AT, currency },
      lines: [{ product: 'A', price: '10' }],
    });

  async function insert(fact: OrderFact, seq: number): Promise<void> {
    const read = readFact(
      { isFenced: () => false, validators: createFactValidators(), cutoff: '2024-01-01' },
      factMessage(tenant, 'order', fact.orderId, fact, seq),
    );
    for (const { table, line } of read.kind === 'fact' ? read.fact.rows : []) {
      await createClickhouseSink(sink.clickhouse).insert(table, [line]);
    }
  }

  it('is over before another begins, and leaves no row that nobody counts', async () => {
    const [old, last] = [versionOf('USD'), versionOf('IDR')];
    const bucket = { shopKey: tenant.shopKey, epoch: 1, localDate: old.localDate };
    const dirty = { order: [bucket], settlement: [], finance: [] };
    let late: Promise<void> | undefined;
    // Has read the old version, and writes what it made of it seconds later.
    const interrupted: Clickhouse = {
      ...sink.clickhouse,
      command: (sql, params) => {
        if (late === undefined && sql.includes('INSERT INTO shop_hourly')) {
          late = sink.clickhouse.command(`${sql} HAVING sleepEachRow(2) = 0`, params);
          return Promise.reject(new AppError('upstream.unavailable', 'no answer'));
        }
        return sink.clickhouse.command(sql, params);
      },
    };
    const { log } = createMemoryLog();
    const reroll = createReroll({ clickhouse: interrupted, log });
    await insert(old, 1);

    await expect(reroll(dirty)).rejects.toMatchObject({ code: 'upstream.unavailable' });
    await eventually(async () => {
      expect(await sink.clickhouse.query(SLEEPING, {}, z.object({ n: z.string() }))).toEqual([
        { n: '1' },
      ]);
    });
    await insert(last, 2);
    await eventually(() => reroll(dirty));
    await late;

    const { hourly } = rollupsOf([{ seq: 2, fact: last }], []);
    expect(await rollupRows(sink.clickhouse, 'shop_hourly', tenant)).toEqual(withoutZeros(hourly));
  }, 60_000);
});
