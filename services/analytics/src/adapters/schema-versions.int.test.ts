import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey, engineEnv, goldenSamples, seeded, shuffled } from '@tokometrics/testkit';
import { z } from 'zod';
import { factMessage, gapMessage, markerMessage } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { inLaterSchema, withUnknownValues } from './later-schema.test-support.ts';
import { rollupsOf, withoutZeros } from './oracle.test-support.ts';
import { rollupRows } from './rollup-rows.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';
import { chunked, randomStream } from './stream.test-support.ts';

const TABLES = [
  ...['orders', 'products', 'statements', 'finance_transactions', 'order_settlements'],
  ...['payments', 'inventory_snapshots', 'unsettled', 'gaps'],
];
/** Within what is kept. */
const GAP_S = Date.parse('2026-03-09T00:00:00Z') / 1000;
const ROLLUPS = ['shop_hourly', 'shop_daily', 'product_daily', 'finance_daily'] as const;
const versions = z.object({ found: z.array(z.coerce.number()) });

interface Golden {
  readonly subject: string;
  readonly data: object;
}

describe('records of two versions of a schema in one stream', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'Asia/Kolkata' });

  /** Orders and refunds in disorder, and one golden fact at least of whatever there is. */
  function recordsOf(seed: number, tenant: Tenant) {
    const stream = randomStream(seeded(seed), tenant, 40);
    const golden = RESOURCES.flatMap((resource) =>
      goldenSamples(`${resource}.snapshot.v1`).flatMap(({ records }) =>
        (records as readonly Golden[]).map(({ subject, data }) =>
          factMessage(tenant, resource, subject, data),
        ),
      ),
    ).map(withUnknownValues);
    const others = [gapMessage(tenant, { through: GAP_S }), markerMessage(tenant, { through: 9 })];
    return { stream, messages: [...stream.messages, ...golden, ...others] };
  }

  async function store(dice: () => number, messages: readonly InMessage[]): Promise<void> {
    for (const chunk of chunked(dice, shuffled(dice, messages), 30)) {
      expect(await sink.store(chunk)).toEqual({ parked: [] });
    }
  }

  /** Every row, but for whose it is, its event's id, its version of the schema and when it came. */
  async function sheetsOf({ shopKey }: Tenant): Promise<Record<string, readonly string[]>> {
    const sheets = await Promise.all(
      TABLES.map(async (table) => {
        const answer = await sink.clickhouse.client.query({
          query: `SELECT * EXCEPT (shop_key, event_id, schema_version, ingested_at)
            FROM ${table} FINAL WHERE shop_key = '${shopKey}'`,
          format: 'JSONCompactEachRow',
        });
        const rows = await answer.json<unknown>();
        return [table, rows.map((row) => JSON.stringify(row)).sort()] as const;
      }),
    );
    return Object.fromEntries(sheets);
  }

  it.each([21, 22, 23])(
    'gives the rows and figures of a stream of one version (seed %d)',
    async (seed) => {
      const dice = seeded(seed);
      const [alone, both] = [aTenant(), aTenant()];
      const { messages, stream } = recordsOf(seed, alone);
      const mixed = recordsOf(seed, both).messages.map((one) =>
        dice() < 0.5 ? inLaterSchema(one) : one,
      );

      await store(dice, messages);
      await store(dice, mixed);

      const sheets = await sheetsOf(alone);
      expect(await sheetsOf(both)).toEqual(sheets);
      expect(TABLES.filter((table) => sheets[table]?.length === 0)).toEqual([]);
      for (const table of ROLLUPS) {
        const rows = await rollupRows(sink.clickhouse, table, alone);
        expect(await rollupRows(sink.clickhouse, table, both)).toEqual(rows);
        expect(Object.keys(rows)).not.toEqual([]);
      }
      const [stamps] = await sink.clickhouse.query(
        `SELECT arraySort(groupUniqArray(schema_version)) AS found FROM orders FINAL
         WHERE shop_key = {shopKey:String}`,
        { shopKey: both.shopKey },
        versions,
      );
      expect(stamps).toEqual({ found: [1, 2] });
      expect(stream.orders.length).toBeGreaterThan(40);
    },
    120_000,
  );

  it('gives the figures of the oracle, the same records by the other version behind them', async () => {
    const tenant = aTenant();
    const dice = seeded(31);
    const { messages, orders, refunds } = randomStream(dice, tenant, 40);
    const truth = rollupsOf(orders, refunds);

    await store(
      dice,
      messages.map((one) => (dice() < 0.5 ? inLaterSchema(one) : one)),
    );
    await store(
      dice,
      messages.map((one) => (dice() < 0.5 ? inLaterSchema(one) : one)),
    );

    expect(await rollupRows(sink.clickhouse, 'shop_hourly', tenant)).toEqual(
      withoutZeros(truth.hourly),
    );
    expect(await rollupRows(sink.clickhouse, 'shop_daily', tenant)).toEqual(
      withoutZeros(truth.daily),
    );
    expect(await rollupRows(sink.clickhouse, 'product_daily', tenant)).toEqual(
      withoutZeros(truth.product),
    );
  }, 120_000);
});
