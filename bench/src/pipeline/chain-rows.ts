import { TOPIC } from '@tokometrics/contracts';
import { createSealer } from '@tokometrics/erasure';
import type { Sealer } from '@tokometrics/erasure';
import { createClock, createLogger, createMongo, createVault } from '@tokometrics/kit';
import { aShopKey, aShopLifecycle, startServiceProcess } from '@tokometrics/testkit';
import { z } from 'zod';
import { rowOf } from '../report.ts';
import type { Row } from '../report.ts';
import { consumeRate, insertRates } from './limits.ts';
import { metricsOf, startOurSink } from './our-sink.ts';
import { passFrom, workOf } from './pass.ts';
import { createPlace } from './place.ts';
import type { EngineAddresses, Place } from './place.ts';
import { RAW_ORDERS, rawOrders } from './raw-orders.ts';

type Say = (line: string) => void;

const SINK_GROUP = 'analytics-order-bf';
const SHOPS = 50;
/** As many as the other streams have: in twenty thousand the services would still be warming up. */
const ORDERS = 60_000;
const MONGO_AT_ONCE = 1_000;
/** Documents of the archive that are written once more: what the embedded store answers it holds in memory. */
const MONGO_DOCUMENTS = 20_000;

const log = createLogger({ service: 'bench', level: 'error' });
const counted = z.object({ n: z.string() });

/** As the connector, which alone makes sealing keys. */
function connectorsVault(place: Place) {
  const env = place.envOf('connector');
  return createVault({
    address: env['VAULT_ADDR'] ?? '',
    roleId: env['VAULT_ROLE_ID'] ?? '',
    secretId: env['VAULT_SECRET_ID'] ?? '',
    kvMount: env['VAULT_KV_MOUNT'] ?? '',
    transitMount: env['VAULT_TRANSIT_MOUNT'] ?? '',
    ...{ log, clock: createClock() },
  });
}

async function connectedShops(place: Place, sealer: Sealer): Promise<string[]> {
  const shops = Array.from({ length: SHOPS }, aShopKey);
  for (const shopKey of shops) {
    await sealer.provision(shopKey, 1);
  }
  await place.fill(
    shops.map((shopKey) => ({
      topic: TOPIC.shopLifecycle,
      key: shopKey,
      value: Buffer.from(JSON.stringify(aShopLifecycle({ shopKey }))),
    })),
  );
  return shops;
}

async function ordersIn({ clickhouse }: Place): Promise<number> {
  const sql = 'SELECT toString(sum(orders)) AS n FROM shop_daily FINAL';
  const [row] = await clickhouse.query(sql, {}, counted);
  return Number(row?.n ?? 0);
}

/** The archive's own documents once more, into a collection that nobody else knows. */
async function mongoRate(place: Place): Promise<number> {
  const { MONGO_URL: url = '', MONGO_DATABASE: database = '' } = place.envOf('ingestion');
  const mongo = createMongo({ url, database, log });
  await mongo.start();
  const documents = await mongo.collection('raw_events').find().limit(MONGO_DOCUMENTS).toArray();
  const into = mongo.collection('raw_events_limit');
  const startedAt = performance.now();
  for (let from = 0; from < documents.length; from += MONGO_AT_ONCE) {
    await into.insertMany(documents.slice(from, from + MONGO_AT_ONCE), { ordered: false });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  await mongo.stop();
  return documents.length / seconds;
}

/** P1: sealed in the log → opened, checked, archived, sent as facts → in the rollups, proven. */
export async function chainRows(env: EngineAddresses, say: Say): Promise<Row[]> {
  const place = await createPlace(env);
  const vault = connectorsVault(place);
  await vault.start();
  const sealer = createSealer({ vault, clock: createClock() });
  const shops = await connectedShops(place, sealer);
  const sink = await startOurSink(place);
  const ingestion = await startServiceProcess('ingestion', {
    LOG_LEVEL: 'error',
    ...place.envOf('ingestion'),
  });
  const over = async (seed: number): Promise<number> => {
    const messages = await rawOrders(sealer, shops, { orders: ORDERS, seed });
    const before = await workOf(metricsOf(sink), SINK_GROUP);
    void ingestion.kill('SIGSTOP');
    await place.fill(messages);
    const startedAt = performance.now();
    void ingestion.kill('SIGCONT');
    await passFrom(before, metricsOf(sink), SINK_GROUP, ORDERS);
    return (performance.now() - startedAt) / 1000;
  };
  await over(1);
  const seconds = await over(2);
  const missing = 2 * ORDERS - (await ordersIn(place));
  await Promise.all([ingestion.kill('SIGTERM'), sink.kill('SIGTERM')]);
  const limits = {
    'Kafka, read and dropped': await consumeRate(place, RAW_ORDERS, 2 * ORDERS),
    'the archive, 1,000 documents at a time': await mongoRate(place),
    'the warehouse, text from Node': (await insertRates(place.clickhouse, 'orders')).tsv,
  };
  for (const [what, rate] of Object.entries(limits)) {
    say(`${what}: ${rate.toFixed(0)} orders/s`);
  }
  await vault.stop();
  await place.stop();
  const [slowest, limit] = Object.entries(limits).toSorted(([, a], [, b]) => a - b)[0] ?? ['', 0];
  return [
    rowOf({
      id: 'P1',
      what: `the whole chain: sealed → archived → facts → rollups, proven (orders missing: ${String(missing)}), orders per second`,
      value: ORDERS / seconds,
      unit: '/s',
      anchor: { what: `the slowest of its engines alone: ${slowest}`, value: limit },
      goal: { atLeast: Math.ceil(limit * 0.6) },
    }),
  ];
}
