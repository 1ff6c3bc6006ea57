import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isoInstant, versionOf } from '@tokometrics/contracts';
import type { Gap } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import { aMerchantId, aShopKey, engineEnv, eventually } from '@tokometrics/testkit';
import { z } from 'zod';
import { COLUMNS, gapRow } from '../domain/fact-rows.ts';
import { readFact } from '../domain/read-fact.ts';
import { readOverview } from '../domain/read-overview.ts';
import { createClickhouseReads } from './clickhouse-reads.ts';
import { createClickhouseSink } from './clickhouse-sink.ts';
import { createFactValidators } from './fact-validators.ts';
import {
  FACT_SECONDS,
  factMessage,
  gapMessage,
  orderFactOf,
  paymentFactOf,
  refundFactOf,
} from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { completeUpTo, startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const merchantId = aMerchantId();
const NOW = '2026-03-20T00:00:00Z';
const at = (instant: string): number => Date.parse(instant) / 1000;
/** In Jakarta this is the afternoon of 9 March, and the morning of the 11th. */
const WINDOW = { from: at('2026-03-09T08:00:00Z'), through: at('2026-03-11T02:00:00Z') };
const SLEEPING = `SELECT count() AS n FROM system.processes
  WHERE position(query, 'sleepEachRow(2) = 0') > 0 AND query_id != queryID()`;
/** Rows alone, as they are once a chunk is stored and before anything is done about them. */
async function insertRows(
  clickhouse: TestSink['clickhouse'],
  messages: readonly InMessage[],
): Promise<void> {
  const validators = createFactValidators();
  const tables = createClickhouseSink(clickhouse);
  for (const message of messages) {
    const read = readFact({ isFenced: () => false, validators, cutoff: '2024-01-01' }, message);
    for (const { table, line } of read.kind === 'fact' ? read.fact.rows : []) {
      await tables.insert(table, [line]);
    }
  }
}
const GAPPED = ['2026-03-09', '2026-03-10', '2026-03-11'];

describe('a day of which a record is missing', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => {
    const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
    completeUpTo(sink, tenant, NOW);
    return tenant;
  };
  const order = (tenant: Tenant, id: string, seq = 1, created = '2026-03-09T08:00:00Z') => {
    const spec = {
      id,
      createdAt: created,
      paidAt: created,
      lines: [{ product: 'P1', price: '5' }],
    };
    return factMessage(tenant, 'order', id, orderFactOf(tenant.zone, spec), seq);
  };
  const refund = (tenant: Tenant, seq = 1) => {
    const fact = refundFactOf(tenant.zone, {
      ...{ id: '1', statement: 'S1', at: '2026-03-09T08:00:00Z', refund: '30' },
      ...{ orderId: '1', orderCreatedAt: '2026-03-09T08:00:00Z' },
    });
    return factMessage(tenant, 'transaction', '1', fact, seq);
  };
  const gapLine = ({ shopKey, epoch }: Tenant, seq: number) => {
    const ver = versionOf(FACT_SECONDS, seq);
    return Buffer.from(
      gapRow({ shopKey, epoch }, { resource: 'order', entityId: '1', ver, ...WINDOW }),
    );
  };
  /** Whether the last pass of the day began after every row says that it came, and what it counted. */
  const seenByPasses = ({ shopKey }: Tenant) =>
    sink.clickhouse.query(
      `SELECT max(ver) > (SELECT max(ingested_at) FROM orders WHERE shop_key = '${shopKey}')
         AS is_later, toString(sum(orders)) AS orders
       FROM shop_daily FINAL WHERE shop_key = '${shopKey}' AND local_date = '2026-03-09'`,
      {},
      z.object({ is_later: z.int(), orders: z.string() }),
    );
  const missing = (tenant: Tenant, gap: Partial<Gap> = {}) =>
    sink.store([gapMessage(tenant, { ...WINDOW, ...gap })]);

  /** Which days are not called complete, and what is said of the records behind. */
  const shown = async (
    tenant: Tenant,
    metric: 'gross_sales' | 'refunds_settled' = 'gross_sales',
  ) => {
    const deps = sink.routeDeps({ tenant, merchantId, now: () => new Date(NOW) });
    const { main, meta } = await readOverview(deps, merchantId, {
      ...{ shop: tenant.shopKey, metric, basis: 'activity', compare: 'none' },
      ...{ from: '2026-03-06', to: '2026-03-14' },
    });
    const { state, points } = main.current;
    return {
      state,
      days: points
        .filter((point) => (point.state ?? state) === 'incomplete')
        .map(({ date }) => date),
      unread: meta.freshness.flatMap(({ resource, unread }) =>
        unread === null ? [] : [{ resource, ...unread }],
      ),
    };
  };
  const nothing = { state: 'complete', days: [], unread: [] };

  it('is not complete, and says how many; the days around it are', async () => {
    const tenant = aTenant();
    expect(await shown(tenant)).toEqual(nothing);

    await missing(tenant);
    await missing(tenant, { entityId: '2', from: at('2026-03-10T08:00:00Z') });

    expect(await shown(tenant)).toEqual({
      state: 'incomplete',
      days: GAPPED,
      unread: [
        {
          ...{ resource: 'order', records: 2 },
          ...{ from: isoInstant(WINDOW.from), through: isoInstant(WINDOW.through) },
        },
      ],
    });
  });

  it('is complete once its record is there, or a later version of it', async () => {
    for (const seq of [1, 2]) {
      const tenant = aTenant();
      await missing(tenant);
      expect((await shown(tenant)).days).toEqual(GAPPED);

      await sink.store([order(tenant, '1', seq)]);

      expect(await shown(tenant)).toEqual(nothing);
    }
  });

  it.each([
    ['order', 'gross_sales'],
    ['transaction', 'refunds_settled'],
  ] as const)(
    'stays what it is until a pass has made figures of the %s that has come',
    async (resource, metric) => {
      const tenant = aTenant();
      await missing(tenant, { resource });
      const came = resource === 'order' ? order(tenant, '1', 9) : refund(tenant, 9);
      const rowIsThere = Promise.withResolvers<undefined>();
      const pass = Promise.withResolvers<undefined>();

      const stored = sink.anotherWriter(async () => {
        rowIsThere.resolve(undefined);
        await pass.promise;
      })([came]);
      await rowIsThere.promise;
      // What changes elsewhere in the shop asks anew what is missing.
      await sink.store([factMessage(tenant, 'payment', '3', paymentFactOf(tenant.zone))]);
      expect((await shown(tenant, metric)).days).toEqual(GAPPED);
      pass.resolve(undefined);
      await stored;

      expect(await shown(tenant, metric)).toEqual(nothing);
    },
  );

  it('stays what it is beside a row that no pass has seen, though passes of its day began later', async () => {
    const [tenant, other] = [aTenant(), aTenant()];
    await missing(tenant);
    await sink.store([order(other, '1', 9)]);
    // Says when it began, and is there when it ends.
    const late = sink.clickhouse.command(
      `INSERT INTO orders SELECT * REPLACE ('${tenant.shopKey}' AS shop_key, now64(3) AS ingested_at)
       FROM (SELECT * FROM orders FINAL WHERE shop_key = '${other.shopKey}')
       WHERE sleepEachRow(2) = 0`,
    );
    await eventually(async () => {
      expect(await sink.clickhouse.query(SLEEPING, {}, z.object({ n: z.string() }))).toEqual([
        { n: '1' },
      ]);
    });

    await sink.store([order(tenant, '2')]);
    await late;

    expect(await seenByPasses(tenant)).toEqual([{ is_later: 1, orders: '1' }]);
    expect((await shown(tenant)).days).toEqual(GAPPED);
    // Nothing else of the shop's orders closes it, but the chunk that has written the row and comes again.
    await sink.store([order(tenant, '3', 1, '2026-03-12T08:00:00Z')]);
    expect((await shown(tenant)).days).toEqual(GAPPED);
    await sink.store([order(tenant, '1', 9)]);
    expect(await seenByPasses(tenant)).toMatchObject([{ orders: '2' }]);
    expect(await shown(tenant)).toEqual(nothing);
  }, 30_000);

  it('is complete where a later version had come before, and stays so when the gap is told again', async () => {
    const tenant = aTenant();
    await sink.store([order(tenant, '1', 2)]);

    await missing(tenant, { ver: versionOf(FACT_SECONDS, 2) });
    expect(await shown(tenant)).toEqual(nothing);
    await sink.clickhouse.insertTsv('gaps', COLUMNS.gaps, gapLine(tenant, 2));
    await sink.clickhouse.insertTsv('gaps', COLUMNS.gaps, gapLine(tenant, 1));
    const told = { shopKey: tenant.shopKey, epoch: 1, cutoff: '2024-01-01' };
    expect(await createClickhouseReads(sink.clickhouse).openGaps(told)).toEqual([]);

    await missing(tenant, { ver: versionOf(FACT_SECONDS, 3) });
    expect((await shown(tenant)).days).toEqual(GAPPED);
  });

  it.each([
    ['which says since when', WINDOW.from],
    ['which does not', 0],
  ])(
    'has a row that came before its gap, %s, rolled before it is complete',
    async (_which, from) => {
      const [tenant, other] = [aTenant(), aTenant()];
      const linesOfStatements = async () => {
        const sql = `SELECT count() AS n FROM finance_daily WHERE shop_key = '${other.shopKey}'`;
        const [found] = await sink.clickhouse.query(sql, {}, z.object({ n: z.string() }));
        return found?.n;
      };
      // As a chunk leaves it that stored it and died: no pass has seen this row.
      await insertRows(sink.clickhouse, [order(tenant, '1', 9), refund(other, 9)]);
      expect(await seenByPasses(tenant)).toMatchObject([{ orders: '0' }]);
      expect(await linesOfStatements()).toBe('0');

      await missing(tenant, { from });
      await missing(other, { from, resource: 'transaction' });

      expect(await seenByPasses(tenant)).toMatchObject([{ orders: '1' }]);
      expect(await linesOfStatements()).toBe('1');
      expect(await shown(tenant)).toEqual(nothing);
      expect(await shown(other, 'refunds_settled')).toEqual(nothing);
    },
  );

  it.each([
    ['few', 3, 0],
    ['many', 230, 0],
    ['many, and more is missing than is read whole,', 230, 10_001],
  ])('is complete once %s orders have come in one chunk', async (_which, count, others) => {
    const tenant = aTenant();
    const ids = Array.from({ length: count }, (_id, index) => String(index));
    await sink.store(ids.map((entityId) => gapMessage(tenant, { ...WINDOW, entityId })));
    await sink.clickhouse.command(
      `INSERT INTO gaps SELECT '${tenant.shopKey}', 1, 'order', concat('0x', toString(number)),
         ${String(WINDOW.from)}, ${String(WINDOW.through)}, 512, 0 FROM numbers(${String(others)})`,
    );

    await sink.store(ids.map((id) => order(tenant, id)));

    const of = { shopKey: tenant.shopKey, epoch: 1, cutoff: '2024-01-01' };
    const found = await createClickhouseReads(sink.clickhouse).openGaps(of);
    expect(found.map(({ records }) => records)).toEqual(others === 0 ? [] : [others]);
  });

  it('is complete once its record is there, whatever its name is made of', async () => {
    for (const entityId of ["a'b", 'a\\nb', 'a\tb', '名'.repeat(200), "'); SELECT 1 --"]) {
      const [tenant, before] = [aTenant(), aTenant()];
      await missing(tenant, { entityId });
      expect((await shown(tenant)).days).toEqual(GAPPED);
      await sink.store([order(before, entityId, 2)]);

      await sink.store([order(tenant, entityId)]);
      await missing(before, { entityId });

      expect(await shown(tenant)).toEqual(nothing);
      expect(await shown(before)).toEqual(nothing);
    }
  });

  it('is complete once an order is there that no figure has', async () => {
    const tenant = aTenant();
    await missing(tenant);
    const spec = { id: '1', createdAt: '2026-03-09T08:00:00Z', paidAt: null, lines: [] };

    await sink.store([factMessage(tenant, 'order', '1', orderFactOf(tenant.zone, spec), 9)]);

    expect(await shown(tenant)).toEqual(nothing);
  });

  it('is so as long as one of several records is missing', async () => {
    const tenant = aTenant();
    await missing(tenant);
    await missing(tenant, { entityId: '2' });

    await sink.store([order(tenant, '1', 9)]);

    expect((await shown(tenant)).unread).toMatchObject([{ records: 1 }]);
  });

  it('stays what it is for an older version, another order, another shop', async () => {
    const [tenant, other] = [aTenant(), aTenant()];
    await sink.store([order(tenant, '1', 1)]);
    await missing(tenant, { ver: versionOf(FACT_SECONDS, 2) });

    await sink.store([order(tenant, '1', 1), order(tenant, '2', 9), order(other, '1', 9)]);

    expect((await shown(tenant)).days).toEqual(GAPPED);
    expect(await shown(other)).toEqual(nothing);
  });

  it('is one of the figures that the record feeds, and of no others', async () => {
    const tenant = aTenant();

    await missing(tenant, { resource: 'transaction' });

    expect((await shown(tenant)).days).toEqual([]);
    expect((await shown(tenant, 'refunds_settled')).days).toEqual(GAPPED);
    await sink.store([refund(tenant)]);
    expect(await shown(tenant, 'refunds_settled')).toEqual(nothing);
  });

  it('reaches back to the first where nobody can say since when', async () => {
    const tenant = aTenant();

    await missing(tenant, { from: 0, through: at('2026-03-07T00:00:00Z') });

    const { days, unread } = await shown(tenant);
    expect(days).toEqual(['2026-03-06', '2026-03-07']);
    expect(unread).toMatchObject([{ from: null }]);
  });

  it('is known as long as the row that would close it, which goes with the day of its order', async () => {
    const { shopKey, epoch, ...tenant } = aTenant();
    await missing({ ...tenant, shopKey, epoch });
    await missing({ ...tenant, shopKey, epoch }, { resource: 'transaction', entityId: '2' });
    const knownBy = async (cutoff: string) => {
      const found = await createClickhouseReads(sink.clickhouse).openGaps({
        ...{ shopKey, epoch, cutoff },
      });
      return found.map(({ resource }) => resource);
    };

    expect(await knownBy('2026-03-06')).toEqual(['order', 'transaction']);
    // The order is of the 9th, the line of a statement of the 11th.
    expect(await knownBy('2026-03-07')).toEqual(['transaction']);
    expect(await knownBy('2026-03-09')).toEqual([]);
  });

  it('is known of a fact that is refused by its schema, and of none without a name', async () => {
    const tenant = aTenant();
    const message = order(tenant, '1');
    const spoil = (change: object) => {
      const envelope = Object.assign(JSON.parse(String(message.value)) as object, change);
      return { ...message, value: Buffer.from(JSON.stringify(envelope)) };
    };

    const ver = versionOf(WINDOW.through, 1);
    const type = 'com.tokometrics.order.snapshot.v2';
    const nameless = spoil({ ver, type, subject: 7 });
    const { parked } = await sink.store([spoil({ ver, type }), nameless]);

    expect(parked).toHaveLength(2);
    expect(await shown(tenant)).toMatchObject({
      ...{ days: GAPPED, unread: [{ resource: 'order', records: 1 }] },
    });
    await sink.store([spoil({ ver })]);
    expect((await shown(tenant)).unread).toEqual([]);
  });
});
