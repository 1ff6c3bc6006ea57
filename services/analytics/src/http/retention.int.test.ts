import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, firstKeptDay, overviewReply } from '@tokometrics/contracts';
import { aMerchantId, aShopKey, engineEnv, startTestPassports } from '@tokometrics/testkit';
import type { TestPassports } from '@tokometrics/testkit';
import { z } from 'zod';
import { factMessage, orderFactOf } from '../adapters/facts.test-support.ts';
import { completeUpTo, startTestSink } from '../adapters/sink.test-support.ts';
import type { TestSink } from '../adapters/sink.test-support.ts';
import { askRoutes } from './ask.test-support.ts';

const merchantId = aMerchantId();
/** Tables let go by the clock of the engine. */
const TODAY = new Date().toISOString().slice(0, 10);
const FIRST = firstKeptDay(TODAY);
const GONE = addDays(FIRST, -1);

describe('the edge of two years', () => {
  let sink: TestSink;
  let passports: TestPassports;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
    passports = await startTestPassports();
  }, 60_000);

  afterAll(async () => {
    await passports.stop();
    await sink.stop();
  });

  it('is where the tables have it, on each day of twelve years', async () => {
    const days = await sink.clickhouse.query(
      `SELECT toString(day) AS today,
         toString(arrayFirst(kept -> kept + INTERVAL 2 YEAR > day,
           arrayMap(n -> day - INTERVAL 2 YEAR - 2 + n, range(8)))) AS first
       FROM (SELECT toDate('2024-01-01') + number AS day FROM numbers(4383))`,
      {},
      z.object({ today: z.string(), first: z.string() }),
    );

    expect(days).toHaveLength(4_383);
    expect(days.filter(({ today, first }) => firstKeptDay(today) !== first)).toEqual([]);
  });

  it('shows no figure of a day that tables have begun to let go of', async () => {
    const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'UTC' };
    const sales = [GONE, FIRST].map((day, index) => ({
      ...{ id: String(index), createdAt: `${day}T10:00:00Z`, paidAt: `${day}T10:00:00Z` },
      lines: [{ product: 'P1', price: '5' }],
    }));
    await sink.store(
      sales.map((spec) => factMessage(tenant, 'order', spec.id, orderFactOf(tenant.zone, spec))),
    );
    completeUpTo(sink, tenant, `${TODAY}T00:00:00Z`);
    for (const table of ['orders', 'shop_daily', 'shop_hourly']) {
      await sink.clickhouse.command(`OPTIMIZE TABLE ${table} FINAL`);
    }

    const { body } = await askRoutes(
      { sink, passports, merchantId, tenant, now: `${TODAY}T00:00:01Z` },
      `overview?from=${GONE}&to=${addDays(FIRST, 1)}&grain=day&metric=orders&compare=none`,
    );
    const { points } = overviewReply.parse(body).main.current;

    expect(points.map(({ value, reason }) => [value, reason])).toEqual([
      [null, 'beyond_retention'],
      ['1', undefined],
    ]);
  });
});
