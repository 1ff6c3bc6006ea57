import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Clickhouse } from '@tokometrics/kit';
import { aShopKey, createMemoryLog, engineEnv, seeded, shuffled } from '@tokometrics/testkit';
import { z } from 'zod';
import { createReroll } from './clickhouse-reroll.ts';
import type { Tenant } from './facts.test-support.ts';
import { financeOf, lineMessage, randomLines, statementLineOf } from './finance.test-support.ts';
import type { VersionedLine } from './finance.test-support.ts';
import { withoutZeros } from './oracle.test-support.ts';
import { rewrittenDays, rollupRows, sheetsOf } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';
import { chunked } from './stream.test-support.ts';

const ZONE = 'Asia/Kathmandu';
const aTenant = (epoch = 1, shopKey: Tenant['shopKey'] = aShopKey()): Tenant => ({
  ...{ shopKey, epoch, zone: ZONE },
});
const counted = z.object({ n: z.coerce.number() });

describe('finance_daily', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const rolled = (tenant: Tenant) => rollupRows(sink.clickhouse, 'finance_daily', tenant);
  const store = (tenant: Tenant, ...versions: VersionedLine[]) =>
    sink.store(versions.map((version) => lineMessage(tenant, version)));
  const countOf = async (sql: string) =>
    (await sink.clickhouse.query(`SELECT count() AS n FROM (${sql})`, {}, counted)).map(
      ({ n }) => n,
    );

  it.each([1, 2, 3])(
    'equals the oracle row by row with two writers, then after replays (seed %d)',
    async (seed) => {
      const dice = seeded(seed);
      const first = aTenant();
      const tenants = [first, aTenant(2, first.shopKey), aTenant()];
      const closed = aTenant();
      sink.fenced.add(`${closed.shopKey}:1`);
      const streams = [...tenants, closed].map((tenant) => ({
        tenant,
        lines: randomLines(dice, tenant, 35),
      }));
      const messages = streams.flatMap(({ tenant, lines }) =>
        lines.map((line) => lineMessage(tenant, line)),
      );
      const expectExact = async () => {
        for (const { tenant, lines } of streams.slice(0, -1)) {
          const truth = withoutZeros(financeOf(lines));
          expect(Object.keys(truth).length).toBeGreaterThan(10);
          expect(await rolled(tenant)).toEqual(truth);
        }
        expect(await rolled(closed)).toEqual({});
      };

      const drawn = shuffled(dice, [...messages, ...messages.slice(0, 40)]);
      const half = Math.floor(drawn.length / 2);
      await Promise.all(
        [sink.store, sink.anotherWriter()].map(async (writer, lane) => {
          const own = lane === 0 ? drawn.slice(0, half) : drawn.slice(half);
          for (const chunk of chunked(dice, own, 90)) {
            await writer(chunk);
          }
        }),
      );

      await expectExact();
      for (const chunk of chunked(dice, shuffled(dice, messages), 150)) {
        await sink.store(chunk);
      }
      await expectExact();
      expect(
        await countOf(`SELECT shop_key FROM finance_daily FINAL
          GROUP BY shop_key, epoch, local_date HAVING min(ver) != max(ver)`),
      ).toEqual([0]);
    },
    120_000,
  );

  it('adds up each amount of a day in its own column, by type and currency', async () => {
    const tenant = aTenant();
    const line = (transactionId: string, at: string, change = {}): VersionedLine => ({
      seq: 1,
      fact: statementLineOf(ZONE, at, { transactionId, ...change }),
    });

    await store(
      tenant,
      line('1', '2026-03-01T18:14:59Z'),
      line('2', '2026-03-01T18:15:00Z'),
      line('3', '2026-03-02T03:00:00Z', { settlementAmount: '-0.0002', refundSubtotal: '0' }),
      line('4', '2026-03-02T03:00:00Z', { currency: 'USD' }),
      line('5', '2026-03-02T03:00:00Z', { type: 'ADJUSTMENT', adjustmentAmount: '-9' }),
    );

    const one = {
      ...{ transactions: '1', settlement: '1000001', revenue: '2500200' },
      ...{ shipping_cost: '-303000', fee_tax: '-444444', adjustment: '50500' },
      ...{ reserve: '-660000', refunds: '69000' },
    };
    expect(await rolled(tenant)).toEqual({
      '2026-03-01|ORDER|IDR': one,
      '2026-03-02|ADJUSTMENT|IDR': { ...one, adjustment: '-90000' },
      '2026-03-02|ORDER|IDR': {
        ...{ transactions: '2', settlement: '999999', revenue: '5000400' },
        ...{ shipping_cost: '-606000', fee_tax: '-888888', adjustment: '101000' },
        ...{ reserve: '-1320000', refunds: '61000' },
      },
      '2026-03-02|ORDER|USD': one,
    });
  });

  it('loses the row of a line that the source has taken back on one day and states on another', async () => {
    const tenant = aTenant();
    const stated = statementLineOf(ZONE, '2026-03-01T06:00:00Z');
    const restated = statementLineOf(ZONE, '2026-03-04T06:00:00Z', { statementId: 'S2' });
    const roll = createReroll({ clickhouse: sink.clickhouse, log: createMemoryLog().log });
    await store(tenant, { seq: 1, fact: stated });
    await sink.clickhouse.command(
      `INSERT INTO finance_transactions SELECT * REPLACE (1 AS is_deleted, ver + 1 AS ver)
       FROM finance_transactions FINAL WHERE shop_key = '${tenant.shopKey}'`,
    );

    await store(tenant, { seq: 2, fact: restated });
    const finance = [{ shopKey: tenant.shopKey, epoch: 1, localDate: stated.localDate }];
    await roll({ order: [], settlement: [], finance });

    expect(await rolled(tenant)).toEqual(withoutZeros(financeOf([{ seq: 2, fact: restated }])));
    expect(
      await countOf(`SELECT * FROM finance_daily FINAL
        WHERE shop_key = '${tenant.shopKey}' AND transactions = 0 AND settlement = 0`),
    ).toEqual([1]);
  });

  it('keeps a line whose statement is given another day by a later version on its first day', async () => {
    const tenant = aTenant();
    const first = statementLineOf(ZONE, '2026-03-01T06:00:00Z');
    const { statementTime, statementHour } = statementLineOf(ZONE, '2026-03-05T06:00:00Z');
    const later = { ...first, statementTime, statementHour, settlementAmount: '-100.5' };

    await store(tenant, { seq: 1, fact: first });
    await store(tenant, { seq: 2, fact: later });

    expect(await rolled(tenant)).toMatchObject({
      '2026-03-01|ORDER|IDR': { transactions: '1', settlement: '-1005000' },
    });
    expect(Object.keys(await rolled(tenant))).toHaveLength(1);
  });

  it('is rolled for the day of the statement alone, whatever the day of the order', async () => {
    const tenant = aTenant();
    const on = (day: string, seq = 1): VersionedLine => ({
      seq,
      fact: statementLineOf(ZONE, `2026-03-${day}T06:00:00Z`, {
        ...{ transactionId: `of ${day}`, orderId: 'O1', orderLocalDate: '2026-03-02' },
        settlementAmount: `-${String(seq)}.5`,
      }),
    });
    await store(tenant, on('01'), on('02'), on('03'));
    const before = await sheetsOf(sink.clickhouse, tenant);

    await store(tenant, on('03', 2));

    expect(rewrittenDays(before, await sheetsOf(sink.clickhouse, tenant))).toMatchObject({
      finance_daily: ['2026-03-03'],
    });
    expect(await rolled(tenant)).toEqual(
      withoutZeros(financeOf([on('01'), on('02'), on('03', 2)])),
    );
  });

  it('zeroes a row that a slower pass left after the faster one', async () => {
    const tenant = aTenant();
    const fact = statementLineOf(ZONE, '2026-03-01T06:00:00Z');
    await store(tenant, { seq: 1, fact });
    let isLeft = false;
    // What a pass that began earlier would insert now, between this pass's own rows and its proof.
    const interrupted: Clickhouse = {
      ...sink.clickhouse,
      query: async (sql, params, row) => {
        if (!isLeft && sql.includes('min(ver) != max(ver)')) {
          isLeft = true;
          await sink.clickhouse.command(
            `INSERT INTO finance_daily (shop_key, epoch, local_date, type, currency, reserve, ver)
             VALUES ('${tenant.shopKey}', 1, '${fact.localDate}', 'GONE', 'EUR', 1,
               '2026-02-02 00:00:00.000001')`,
          );
        }
        return sink.clickhouse.query(sql, params, row);
      },
    };

    await createReroll({ clickhouse: interrupted, log: createMemoryLog().log })({
      ...{ order: [], settlement: [] },
      finance: [{ shopKey: tenant.shopKey, epoch: 1, localDate: fact.localDate }],
    });

    expect(isLeft).toBe(true);
    expect(await rolled(tenant)).toEqual(withoutZeros(financeOf([{ seq: 1, fact }])));
  });
});
