import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Clickhouse, InMessage } from '@tokometrics/kit';
import { aShopKey, createMemoryLog, engineEnv, seeded, shuffled } from '@tokometrics/testkit';
import { createReroll } from './clickhouse-reroll.ts';
import { factMessage, orderFactOf } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { inLaterSchema } from './later-schema.test-support.ts';
import { rollupsOf, withoutZeros } from './oracle.test-support.ts';
import { rollupRows } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';
import { chunked, randomStream } from './stream.test-support.ts';

interface Written {
  readonly rev?: number;
}

function rewritten(message: InMessage, change: (envelope: Written) => object): InMessage {
  const envelope = JSON.parse(message.value?.toString('utf8') ?? '') as Written;
  return { ...message, value: Buffer.from(JSON.stringify(change(envelope))) };
}

/** Before revisions came, an envelope had none. */
const byEarlierSchema = (message: InMessage): InMessage =>
  rewritten(message, ({ rev: _rev, ...envelope }) => envelope);

/** By the version that brought revisions, and by one that adds to it. */
const byLaterSchema = (message: InMessage): InMessage =>
  inLaterSchema(rewritten(message, (envelope) => ({ ...envelope, rev: 0 })));

describe('rollups of a stream with replays, disorder and concurrent writers', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const expectExact = async (tenant: Tenant, stream: ReturnType<typeof randomStream>) => {
    const truth = rollupsOf(stream.orders, stream.refunds);
    expect(await rollupRows(sink.clickhouse, 'shop_hourly', tenant)).toEqual(
      withoutZeros(truth.hourly),
    );
    expect(await rollupRows(sink.clickhouse, 'shop_daily', tenant)).toEqual(
      withoutZeros(truth.daily),
    );
    expect(await rollupRows(sink.clickhouse, 'product_daily', tenant)).toEqual(
      withoutZeros(truth.product),
    );
  };

  const mixedBuckets = async (tables: string): Promise<string> => {
    const answer = await sink.clickhouse.client.query({
      query: `SELECT count() AS n FROM (SELECT shop_key, local_date FROM (${tables})
        GROUP BY shop_key, epoch, local_date HAVING min(ver) != max(ver))`,
      format: 'JSONEachRow',
    });
    const [row] = await answer.json<{ n: string }>();
    return String(row?.n);
  };

  it.each([1, 2, 3])(
    'equals the oracle with four writers, then after replays (seed %d)',
    async (seed) => {
      const dice = seeded(seed);
      const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Kolkata' };
      const stream = randomStream(dice, tenant, 60);
      const doubled = shuffled(dice, [...stream.messages, ...stream.messages.slice(0, 40)]);
      const writers = [sink.store, ...[1, 2, 3].map(() => sink.anotherWriter())];
      const lanes = writers.map((_writer, lane) =>
        chunked(
          dice,
          doubled.filter((_message, index) => index % writers.length === lane),
          25,
        ),
      );

      await Promise.all(
        writers.map(async (store, lane) => {
          for (const chunk of lanes[lane] ?? []) {
            await store(chunk);
          }
        }),
      );

      await expectExact(tenant, stream);
      for (const chunk of chunked(dice, shuffled(dice, stream.messages), 70)) {
        await sink.store(chunk);
      }
      await expectExact(tenant, stream);
      expect(
        await mixedBuckets(`SELECT shop_key, epoch, local_date, ver FROM shop_hourly FINAL
        UNION ALL SELECT shop_key, epoch, local_date, ver FROM shop_daily FINAL`),
      ).toBe('0');
    },
    120_000,
  );

  it.each([11, 12, 13])(
    'equals the oracle whichever version of the schema a record was written by (seed %d)',
    async (seed) => {
      const dice = seeded(seed);
      const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'America/Los_Angeles' };
      const stream = randomStream(dice, tenant, 60);
      const written = stream.messages.map((message) => {
        const forms = shuffled(dice, [message, byEarlierSchema(message), byLaterSchema(message)]);
        return forms.slice(0, 2);
      });

      for (const chunk of chunked(
        dice,
        shuffled(
          dice,
          written.flatMap(([one]) => one ?? []),
        ),
        40,
      )) {
        expect(await sink.store(chunk)).toEqual({ parked: [] });
      }
      await expectExact(tenant, stream);
      // The same events once more, as a producer of another version would have sent them.
      for (const chunk of chunked(dice, shuffled(dice, written.flat()), 70)) {
        expect(await sink.store(chunk)).toEqual({ parked: [] });
      }

      await expectExact(tenant, stream);
    },
    120_000,
  );

  it.each([
    ['product_daily', "'GHOST', 'S', 'IDR', 1", 'product_id, sku_id, currency, units'],
    ['shop_hourly', "'2026-02-01 06:00:00', 'EUR', 1", 'event_hour, currency, units'],
    ['shop_daily', "'EUR', 1", 'currency, units'],
  ])(
    'finds and zeroes a row that a slower pass left in %s after the faster one',
    async (table, values, columns) => {
      const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Kolkata' };
      const at = '2026-02-01T06:00:00Z';
      const lines = [{ product: 'A', price: '10' }];
      const fact = orderFactOf(tenant.zone, { id: '1', createdAt: at, paidAt: at, lines });
      const bucket = { shopKey: tenant.shopKey, epoch: 1, localDate: fact.localDate };
      await sink.store([factMessage(tenant, 'order', '1', fact)]);
      let isLeft = false;
      // What a pass that began earlier would insert now, between this pass's own rows and its proof.
      const interrupted: Clickhouse = {
        ...sink.clickhouse,
        query: async (sql, params, row) => {
          if (!isLeft && sql.includes('min(ver) != max(ver)')) {
            isLeft = true;
            await sink.clickhouse.command(
              `INSERT INTO ${table} (shop_key, epoch, local_date, event_date, ${columns}, ver)
               VALUES ('${tenant.shopKey}', 1, '${fact.localDate}', '2026-02-01', ${values},
                 '2026-02-02 00:00:00.000001')`,
            );
          }
          return sink.clickhouse.query(sql, params, row);
        },
      };
      const { log } = createMemoryLog();

      await createReroll({ clickhouse: interrupted, log })({
        order: [bucket],
        settlement: [],
        finance: [],
      });

      expect(isLeft).toBe(true);
      await expectExact(tenant, { orders: [{ seq: 1, fact }], refunds: [], messages: [] });
    },
    60_000,
  );
});
