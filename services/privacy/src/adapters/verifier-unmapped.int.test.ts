import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPICS } from '@tokometrics/contracts';
import { createClickhouse, createKafka, createMetrics, createMongo } from '@tokometrics/kit';
import {
  aShopKey,
  createMemoryLog,
  createSuiteClickhouse,
  engineEnv,
  suiteNames,
} from '@tokometrics/testkit';
import { plannedStores } from '../domain/plan.ts';
import { startSaga } from '../domain/saga-state.ts';
import { createClickhouseVerifier } from './verifier-clickhouse.ts';
import { createKafkaVerifier } from './verifier-kafka.ts';
import { createMongoVerifier } from './verifier-mongo.ts';
import { createVerifier } from './verifier.ts';

const names = suiteNames(import.meta);
const engines = engineEnv();
const { log } = createMemoryLog('error');
const common = { log, metrics: createMetrics({ service: 'test', runtime: false }) };

/** Stores of the map that this erasure counts; here all of them are empty. */
const stores = plannedStores().filter((id) => /^(clickhouse[.]orders|analytics[.])/.test(id));

describe('stores beside the data map', () => {
  const kafka = createKafka({
    ...{ brokers: engines.KAFKA_BROKERS, clientId: 'verifier', topicPrefix: names.topicPrefix },
    ...common,
  });
  const admin = kafka.admin();
  const clickhouse = createClickhouse({
    ...{ url: engines.CLICKHOUSE_URL, database: names.clickhouseDatabase, log },
  });
  const mongo = createMongo({ url: engines.MONGO_URL, database: names.mongoDatabase, log });
  const nothing = { exists: () => Promise.resolve(false), list: () => Promise.resolve([]) };
  const verifier = createVerifier({
    readers: [
      createMongoVerifier(() => mongo, ['analytics']),
      createClickhouseVerifier(clickhouse),
    ],
    kafka: createKafkaVerifier(admin),
    vault: { kv: nothing, transit: { listKeys: () => Promise.resolve([]) } } as never,
    log,
  });
  const verify = async () => {
    const { inconclusive, remaining } = await verifier.verify(
      startSaga({
        ...{ requestId: 'r', merchantId: 'm', accountId: null, authKey: 'a' },
        ...{ shopKey: aShopKey(), throughEpoch: 1, trigger: 'self_service', supersedesSeq: null },
        ...{ receivedAt: '2026-11-25T10:00:00.000Z', dueAt: '2026-12-25T10:00:00.000Z', stores },
      }),
    );
    return [inconclusive, remaining];
  };

  beforeAll(async () => {
    await createSuiteClickhouse(names);
    for (const part of [admin, clickhouse, mongo]) {
      await part.start();
    }
    await clickhouse.command(
      'CREATE TABLE orders (shop_key FixedString(26), epoch UInt32) ENGINE = MergeTree ORDER BY epoch',
    );
    await kafka.ensureTopics(TOPICS.slice(0, 2));
  }, 60_000);

  afterAll(async () => {
    await clickhouse.command(`DROP DATABASE ${names.clickhouseDatabase}`);
    for (const part of [mongo, clickhouse, admin]) {
      await part.stop();
    }
  });

  it('are no views, but for those that keep what they select', async () => {
    await clickhouse.command('CREATE VIEW lines AS SELECT epoch FROM orders');
    expect(await verifier.unmapped()).toEqual([]);

    await clickhouse.command(
      `CREATE MATERIALIZED VIEW kept ENGINE = MergeTree ORDER BY epoch AS SELECT epoch FROM orders`,
    );
    expect(await verifier.unmapped()).toContain('clickhouse:kept');
    await clickhouse.command('DROP TABLE kept SYNC');
    await clickhouse.command('DROP TABLE lines SYNC');
  }, 60_000);

  it('keep an erasure from being complete, each kind by itself', async () => {
    expect([await verifier.unmapped(), await verify()]).toEqual([[], [null, []]]);

    await clickhouse.command('CREATE TABLE orders_copy (n UInt8) ENGINE = MergeTree ORDER BY n');
    expect(await verifier.unmapped()).toEqual(['clickhouse:orders_copy']);
    expect(await verify()).toEqual(['store.unmapped', []]);
    await clickhouse.command('DROP TABLE orders_copy SYNC');

    await clickhouse.command("INSERT INTO orders VALUES ('x', 1)");
    await clickhouse.command('ALTER TABLE orders DETACH PARTITION tuple()');
    expect(await verifier.unmapped()).toEqual(['clickhouse:orders:detached']);
    await clickhouse.command(
      'ALTER TABLE orders DROP DETACHED PARTITION tuple() SETTINGS allow_drop_detached = 1',
    );

    await mongo.collection('order_copies').insertOne({ n: 1 });
    expect(await verifier.unmapped()).toEqual(['mongo:analytics.order_copies']);
    expect(await verify()).toEqual(['store.unmapped', []]);
    await mongo.collection('order_copies').drop();
    expect(await verify()).toEqual([null, []]);

    // The last one, since a topic is not taken away again here.
    await kafka.ensureTopics([{ name: 'tm.forgotten.v1', partitions: 1, config: {} }]);
    expect(await verifier.unmapped()).toEqual(['kafka:tm.forgotten.v1']);
    expect(await verify()).toEqual(['store.unmapped', []]);
  }, 60_000);
});
