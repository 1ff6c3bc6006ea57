import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toUnits } from '@tokometrics/contracts';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import type { Tenant } from './facts.test-support.ts';
import { rollupsOf, withoutZeros } from './oracle.test-support.ts';
import type { Row } from './oracle.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';
import { chunked, randomStream, seeded, shuffled } from './stream.test-support.ts';

const COUNTS = new Set([
  ...['orders', 'sku_orders', 'units', 'gift_units', 'cancelled_orders', 'cancelled_units'],
  ...['cancelled_orders_by_sale', 'over_refunded_orders'],
]);
const KEYS = new Set(['shop_key', 'epoch', 'local_date', 'ver']);

describe('rollups of a stream with replays, disorder and concurrent writers', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const read = async (table: string, tenant: Tenant, key: readonly string[]) => {
    const answer = await sink.clickhouse.client.query({
      query: `SELECT *, toUnixTimestamp(${key.includes('event_hour') ? 'event_hour' : '0'}) AS at
        FROM ${table} FINAL WHERE shop_key = '${tenant.shopKey}' AND epoch = 1
        SETTINGS output_format_json_quote_64bit_integers = 1, output_format_json_quote_decimals = 1`,
      format: 'JSONEachRow',
    });
    const rollup = new Map<string, Row>();
    for (const row of await answer.json<Record<string, string>>()) {
      const name = key.map((part) => (part === 'event_hour' ? row['at'] : row[part])).join('|');
      const known = rollup.get(name) ?? {};
      for (const [column, text] of Object.entries(row)) {
        if (!KEYS.has(column) && !key.includes(column) && !['at', 'event_hour'].includes(column)) {
          const amount = COUNTS.has(column) ? BigInt(text) : toUnits(text);
          known[column] = (known[column] ?? 0n) + amount;
        }
      }
      rollup.set(name, known);
    }
    return withoutZeros(rollup);
  };

  const expectExact = async (tenant: Tenant, stream: ReturnType<typeof randomStream>) => {
    const truth = rollupsOf(stream.orders, stream.refunds);
    expect(await read('shop_hourly', tenant, ['event_date', 'event_hour', 'currency'])).toEqual(
      withoutZeros(truth.hourly),
    );
    expect(await read('shop_daily', tenant, ['event_date', 'currency'])).toEqual(
      withoutZeros(truth.daily),
    );
    const productKey = ['event_date', 'product_id', 'sku_id', 'currency'];
    expect(await read('product_daily', tenant, productKey)).toEqual(withoutZeros(truth.product));
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
});
