import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, createMongo, createUlid } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { aShopKey, engineEnv, seeded, shuffled } from '@tokometrics/testkit';
import { z } from 'zod';
import { auditRollups } from '../domain/nightly-audit.ts';
import type { AuditDeps } from '../domain/nightly-audit.ts';
import { bucketsLiteral } from '../domain/dirty-buckets.ts';
import { createPassQueue } from '../domain/pass-queue.ts';
import { after } from './after.ts';
import { differingOf } from './audit-sql.ts';
import { createClickhouseAudit } from './clickhouse-audit.ts';
import { createReroll } from './clickhouse-reroll.ts';
import { factMessage, orderFactOf } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { lineMessage, randomLines } from './finance.test-support.ts';
import { createMongoAudits } from './mongo-audits.ts';
import { FINANCE_MEASURES } from './rollup-sources.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';
import { randomStream } from './stream.test-support.ts';

const log = createLogger({ service: 'analytics-test', level: 'error' });

describe('the audit of the rollups', () => {
  let sink: TestSink;
  let deps: AuditDeps;
  const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
    deps = {
      ...createClickhouseAudit(sink.clickhouse),
      attempt: (_part, work) => work(),
      isFenced: () => false,
      signal: new AbortController().signal,
      keptFrom: () => '2000-01-01',
      reroll: createPassQueue(createReroll({ clickhouse: sink.clickhouse, log }), {
        now: () => performance.now(),
        after,
      }).history,
      raiseRevision: () => Promise.resolve(),
    };
    const dice = seeded(7);
    await sink.store(shuffled(dice, [...randomStream(dice, tenant, 40).messages]));
    // What no figure counts, each for a reason of its own.
    const spec = {
      id: '901',
      createdAt: '2026-03-02T05:00:00Z',
      lines: [{ product: 'P1', price: '5' }],
    };
    const fact = orderFactOf(tenant.zone, { ...spec, paidAt: spec.createdAt });
    await sink.store(
      [{ isSample: 1 as const }, { isReplacement: 1 as const }, { isExchange: 1 as const }].map(
        (kind, index) => {
          const orderId = String(901 + index);
          return factMessage(tenant, 'order', orderId, { ...fact, ...kind, orderId }, 1);
        },
      ),
    );
    const lines = randomLines(dice, tenant, 30);
    await sink.store(lines.map((line) => lineMessage(tenant, line)));
  }, 60_000);

  afterAll(() => sink.stop());

  /**
   * A row of a rollup with one column changed, as a bug of a pass would leave it: under the instant of
   * that pass, so that its sums alone are wrong. A later instant makes it a row of another pass.
   */
  const falsify = (table: string, column: string, by: string, laterS = 0) =>
    sink.clickhouse.command(
      `INSERT INTO ${table} SELECT * REPLACE
         (${column} + ${by} AS ${column}, ver + ${String(laterS)} AS ver)
       FROM ${table} FINAL WHERE shop_key = '${tenant.shopKey}' ORDER BY local_date LIMIT 1`,
    );

  it('finds nothing in figures that are right', async () => {
    expect(await auditRollups(deps)).toMatchObject({ repaired: 0, differing: [] });
  }, 60_000);

  it.each([
    ['shop_hourly', 'gross_sales', 'toDecimal64(0.0001, 4)'],
    ['shop_daily', 'refunds', 'toDecimal64(0.0001, 4)'],
    ['shop_daily', 'orders', '1'],
    ['product_daily', 'units', '1'],
    ['shop_daily_by_line', 'cancelled_value_by_sale', 'toDecimal64(0.0001, 4)'],
    ['finance_daily', 'transactions', '1'],
  ] as const)(
    'finds a wrong %s.%s, and is empty after one pass',
    async (table, column, by) => {
      await falsify(table.replace('_by_line', ''), column, by);
      const slice = { from: '2024-01-01', to: '2028-01-01' };

      expect(await deps.differingInSlice(table, slice)).toHaveLength(1);
      const { repaired, differing } = await auditRollups(deps);

      expect(repaired).toBeGreaterThanOrEqual(1);
      expect(differing).toEqual([]);
      expect(await deps.differingInSlice(table, slice)).toEqual([]);
    },
    60_000,
  );

  it('finds a bucket with rows of two passes, although its sums are right', async () => {
    const slice = { from: '2024-01-01', to: '2028-01-01' };
    await falsify('shop_daily', 'orders', '0', 1);

    expect(await deps.differingInSlice('shop_daily', slice)).toEqual([]);
    expect(await deps.differingInSlice('shop_hourly', slice)).toHaveLength(1);
    expect(await auditRollups(deps)).toMatchObject({ repaired: 1, differing: [] });
    expect(await deps.differingInSlice('shop_hourly', slice)).toEqual([]);
  }, 60_000);

  it('finds a ten-thousandth too much in each amount of finance_daily, and nothing once it is gone', async () => {
    const slice = { from: '2024-01-01', to: '2028-01-01' };
    const found: Record<string, number[]> = {};
    for (const amount of FINANCE_MEASURES.slice(1)) {
      await falsify('finance_daily', amount, 'toDecimal64(0.0001, 4)');
      const wrong = await deps.differingInSlice('finance_daily', slice);
      await deps.reroll({ order: [], settlement: [], finance: wrong });
      found[amount] = [wrong.length, (await deps.differingInSlice('finance_daily', slice)).length];
    }

    expect(found).toEqual(
      Object.fromEntries(FINANCE_MEASURES.slice(1).map((amount) => [amount, [1, 0]])),
    );
  }, 60_000);

  it('finds rows of base tables that no pass has seen, and rows of a rollup without any base', async () => {
    await sink.clickhouse.command(
      `INSERT INTO orders SELECT * REPLACE (concat(order_id, '9') AS order_id) FROM orders FINAL
       WHERE shop_key = '${tenant.shopKey}' AND countable = 1 ORDER BY local_date LIMIT 1`,
    );
    await sink.clickhouse.command(
      `INSERT INTO shop_daily SELECT * REPLACE (toDate('2026-10-09') AS local_date)
       FROM shop_daily FINAL WHERE shop_key = '${tenant.shopKey}' AND orders > 0 LIMIT 1`,
    );

    const { repaired, differing } = await auditRollups(deps);

    expect(repaired).toBe(2);
    expect(differing).toEqual([]);
    expect(await auditRollups(deps)).toMatchObject({ repaired: 0, differing: [] });
  }, 60_000);

  it('finds by the lines alone that an order keeps a wrong sum of them', async () => {
    const slice = { from: '2024-01-01', to: '2028-01-01' };
    const [columns] = await sink.clickhouse.query(
      `SELECT arrayStringConcat(groupArray(name), ', ') AS names FROM system.columns
       WHERE database = currentDatabase() AND table = 'orders' AND default_kind != 'MATERIALIZED'`,
      {},
      z.object({ names: z.string() }),
    );
    const rewrite = (own: string) =>
      sink.clickhouse.command(
        `INSERT INTO orders (${columns?.names ?? ''}${own === '' ? '' : ', gross_sales'})
         SELECT * REPLACE (ver + ${own === '' ? '2' : '1'} AS ver)${own} FROM orders FINAL
         WHERE shop_key = '${tenant.shopKey}' AND countable = 1 ORDER BY local_date LIMIT 1
         SETTINGS insert_allow_materialized_columns = 1`,
      );
    await rewrite(', gross_sales + toDecimal64(0.0001, 4)');

    const { differing } = await auditRollups(deps);

    expect(differing.map(({ rollup }) => rollup)).toEqual(['shop_daily_by_line']);
    expect(await deps.differingInSlice('shop_daily', slice)).toEqual([]);
    await rewrite('');
    expect(await auditRollups(deps)).toMatchObject({ differing: [] });
    expect(await deps.differingInSlice('shop_daily_by_line', slice)).toEqual([]);
  }, 60_000);

  it('reads of lines only what the key of their orders leaves', async () => {
    const planOf = async (sql: string) => {
      const plan = await sink.clickhouse.query(
        `EXPLAIN indexes = 1 ${sql}`,
        {},
        z.object({ explain: z.string() }),
      );
      return plan.map(({ explain }) => explain.trim()).join('\n');
    };
    const OF_KEY =
      /ReadFromMergeTree \(\S*orders\)[^]*?PrimaryKey\nKeys:\nshop_key\nepoch\nlocal_date\n/;
    const { shopKey, epoch } = tenant;
    const bucket = bucketsLiteral([{ shopKey, epoch, localDate: '2026-03-02' }]);

    expect(
      await planOf(`SELECT count() FROM order_lines
        WHERE shop_key = '${shopKey}' AND epoch = 1 AND local_date = '2026-03-02'`),
    ).toMatch(OF_KEY);
    expect(await planOf(differingOf('shop_daily_by_line', bucket))).toMatch(OF_KEY);
  });

  it('finds lines of statements that no pass has seen, and a day of finance without any line', async () => {
    await sink.clickhouse.command(
      `INSERT INTO finance_transactions SELECT * REPLACE (concat(transaction_id, '9') AS transaction_id)
       FROM finance_transactions FINAL WHERE shop_key = '${tenant.shopKey}' ORDER BY local_date LIMIT 1`,
    );
    await sink.clickhouse.command(
      `INSERT INTO finance_daily SELECT * REPLACE (toDate('2026-10-09') AS local_date)
       FROM finance_daily FINAL WHERE shop_key = '${tenant.shopKey}' AND transactions > 0 LIMIT 1`,
    );

    const { repaired, differing } = await auditRollups(deps);

    expect(repaired).toBe(2);
    expect(differing).toEqual([]);
    expect(await auditRollups(deps)).toMatchObject({ repaired: 0, differing: [] });
  }, 60_000);
});

describe('the journal of audits', () => {
  let mongo: Mongo;

  beforeAll(async () => {
    const database = `test_${createUlid().toLowerCase()}`;
    mongo = createMongo({ url: engineEnv().MONGO_URL, database, log });
    await mongo.start();
  });

  afterAll(async () => {
    await mongo.collection('audits').deleteMany({});
    await mongo.stop();
  });

  it('gives each night to one of those who ask, and the first night to nobody', async () => {
    const journal = createMongoAudits(mongo);
    const at = (text: string) => new Date(`2026-11-${text}:00Z`);
    const ask = async (dueBefore: Date, now: Date) => {
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => journal.claim(dueBefore, dueBefore, now)),
      );
      return answers.filter(Boolean).length;
    };

    expect(await ask(at('28T02:00'), at('28T09:00'))).toBe(0);
    expect(await ask(at('28T02:00'), at('28T23:00'))).toBe(0);
    expect(await ask(at('29T02:00'), at('29T02:04'))).toBe(1);
    expect(await journal.last()).toMatchObject({ finishedAt: null });
    const doubtful = [
      {
        ...{ doubt: 'read_twice' as const, topic: 'facts', partition: 1 },
        ...{ minOffset: '5', maxOffset: '9' },
      },
    ];
    const figures = { slices: 26, repaired: 2, differing: [], failed: 3 };
    await journal.finish({ ...figures, doubtful }, at('29T02:05'));

    expect(await journal.last()).toEqual({
      startedAt: at('29T02:04'),
      finishedAt: at('29T02:05'),
      ...{ slices: 26, repaired: 2, differing: 0, doubtful: 1, failed: 3 },
    });
  });

  it('gives one that saw nothing to one of those who ask an hour later, and no other', async () => {
    const journal = createMongoAudits(mongo);
    const at = (text: string) => new Date(`2026-12-${text}:00Z`);
    const nothing = { slices: 0, repaired: 0, differing: [], doubtful: [] };
    const ask = async (now: Date) => {
      const again = new Date(now.getTime() - 3_600_000);
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => journal.claim(at('01T02:00'), again, now)),
      );
      return answers.filter(Boolean).length;
    };
    const seen: number[] = [];

    seen.push(await ask(at('01T02:04')));
    seen.push(await ask(at('01T09:00')));
    await journal.finish({ ...nothing, failed: 1 }, at('01T09:00'));
    seen.push(await ask(at('01T10:00')), await ask(at('01T10:01')), await ask(at('01T11:30')));
    await journal.finish({ ...nothing, slices: 1, failed: 1 }, at('01T11:40'));
    seen.push(await ask(at('01T20:00')));

    expect(seen).toEqual([1, 0, 0, 1, 0, 0]);
  });
});
