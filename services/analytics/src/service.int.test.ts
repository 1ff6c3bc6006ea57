import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  freshnessReply,
  overviewReply,
  privacyAck,
  proofReply,
  shopStores,
  storeEntry,
  TOPIC,
} from '@tokometrics/contracts';
import type { PrivacyAck, ShopKey } from '@tokometrics/contracts';
import {
  createClickhouse,
  createKafka,
  createLogger,
  createMetrics,
  createMongo,
  createUlid,
} from '@tokometrics/kit';
import type { Kafka, Lifecycle, Lifecycled, OutMessage, Producer } from '@tokometrics/kit';
import {
  aMerchantId,
  anAccountId,
  aShopKey,
  aShopLifecycle,
  createMemoryLog,
  createSuiteVault,
  engineEnv,
  eventually,
  freePort,
  startTestPassports,
  suiteNames,
} from '@tokometrics/testkit';
import type { TestPassports } from '@tokometrics/testkit';
import {
  estimateFactOf,
  factMessage,
  markerMessage,
  orderFactOf,
  paymentFactOf,
  productFactOf,
  refundFactOf,
  stockFactOf,
} from './adapters/facts.test-support.ts';
import { shopTables } from './adapters/clickhouse-erasers.ts';
import { compose } from './compose.ts';
import { readAnalyticsConfig } from './config.ts';

const names = suiteNames(import.meta);
const LONG = { timeoutMs: 30_000 };
const LARGE_LINES = 55_000;
const merchantId = aMerchantId();
const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
const ofMerchant = { merchantId, accountId: anAccountId(), audience: 'analytics' };

const soldAt = '2026-03-02T05:00:00Z';
const order = (id: string, price: string) =>
  orderFactOf(tenant.zone, {
    id,
    createdAt: soldAt,
    paidAt: soldAt,
    lines: [{ product: 'P1', price }],
  });

describe('analytics over Kafka, ClickHouse and MongoDB', () => {
  let service: Lifecycle;
  let kafka: Kafka;
  let producer: Producer;
  let passports: TestPassports;
  let base: string;
  let ops: string;
  let parts: Lifecycled[] = [];

  beforeAll(async () => {
    const engines = engineEnv();
    const role = (await createSuiteVault(names))['analytics'];
    passports = await startTestPassports();
    const port = await freePort();
    const opsPort = await freePort();
    ops = `http://127.0.0.1:${String(opsPort)}`;
    base = `http://127.0.0.1:${String(port)}`;
    const config = readAnalyticsConfig({
      ...engines,
      PORT: String(port),
      OPS_PORT: String(opsPort),
      LOG_LEVEL: 'error',
      KAFKA_TOPIC_PREFIX: names.topicPrefix,
      MONGO_DATABASE: names.mongoDatabase,
      CLICKHOUSE_DATABASE: names.clickhouseDatabase,
      VAULT_KV_MOUNT: names.kvMount,
      VAULT_TRANSIT_MOUNT: names.transitMount,
      VAULT_ROLE_ID: role?.roleId,
      VAULT_SECRET_ID: role?.secretId,
      IDENTITY_URL: passports.identityUrl,
      LIVE_LINGER_MS: '50',
      BACKFILL_LINGER_MS: '50',
    });
    const { log } = createMemoryLog();
    service = compose(config, createLogger({ service: 'analytics', level: 'error' }));
    await service.start();
    kafka = createKafka({
      brokers: engines.KAFKA_BROKERS,
      clientId: 'test',
      topicPrefix: names.topicPrefix,
      log,
      metrics: createMetrics({ service: 'test', runtime: false }),
    });
    producer = kafka.producer();
    await producer.start();
    parts = [producer];
  }, 120_000);

  afterAll(async () => {
    for (const part of [...parts, service]) {
      await part.stop();
    }
    await passports.stop();
    const { log } = createMemoryLog();
    const clickhouse = createClickhouse({
      url: engineEnv().CLICKHOUSE_URL,
      database: names.clickhouseDatabase,
      log,
    });
    await clickhouse.command(`DROP DATABASE IF EXISTS ${names.clickhouseDatabase}`);
    await clickhouse.stop();
    const mongo = createMongo({
      url: engineEnv().MONGO_URL,
      database: names.mongoDatabase,
      log,
    });
    await mongo.collection('completeness').deleteMany({});
    await mongo.stop();
  }, 60_000);

  const announce = (shopKey: ShopKey) =>
    producer.send([
      {
        topic: TOPIC.shopLifecycle,
        key: shopKey,
        value: Buffer.from(
          JSON.stringify(
            aShopLifecycle({
              ...{ shopKey, merchantId, timezone: tenant.zone },
              region: 'ID',
              currency: 'IDR',
            }),
          ),
        ),
      },
    ]);
  const out = (message: ReturnType<typeof factMessage>, topic = message.topic): OutMessage => ({
    topic,
    key: message.key,
    value: message.value,
    headers: message.headers,
  });
  /** Says that all orders and transactions have come. */
  const complete = async (of: typeof tenant): Promise<void> => {
    const now = Math.floor(Date.now() / 1000);
    await producer.send(
      (['order', 'transaction'] as const).flatMap((resource) => [
        out(markerMessage(of, { resource, axis: 'create', from: 0, through: now })),
        out(markerMessage(of, { resource, axis: 'update', from: now, through: now + 1 })),
      ]),
    );
  };
  const get = async (path: string, passport: { merchantId: string } = ofMerchant) => {
    const headers = passports.headers({ ...ofMerchant, ...passport });
    const response = await fetch(`${base}${path}`, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const overviewPath = `/v1/metrics/overview?shop=${tenant.shopKey}&from=2026-03-01&to=2026-04-01&metric=net_sales`;

  it('shows what went through the topics, live and backfill, and its rows', async () => {
    await announce(tenant.shopKey);
    const refund = refundFactOf(tenant.zone, {
      id: 'T1',
      statement: 'S1',
      at: '2026-03-20T00:00:00Z',
      orderId: '1',
      orderCreatedAt: soldAt,
      refund: '40',
    });
    await producer.send([
      out(factMessage(tenant, 'order', '1', order('1', '100'))),
      out(factMessage(tenant, 'order', '2', order('2', '50')), 'tm.fact.order.v1.bf'),
      out(factMessage(tenant, 'transaction', 'T1', refund)),
    ]);
    await complete(tenant);

    const reply = await eventually(async () => {
      const { status, body } = await get(overviewPath);
      expect(status).toBe(200);
      const parsed = overviewReply.parse(body);
      expect(parsed.tiles[1]?.value).toMatchObject({
        metric: 'net_sales',
        value: '110',
        state: 'complete',
      });
      return parsed;
    }, LONG);
    expect(reply.main.current.points).toHaveLength(31);
    expect(reply.meta.currency).toBe('IDR');

    const proof = proofReply.parse((await get(overviewPath.replace('overview', 'proof'))).body);
    expect(proof).toMatchObject({ sum: '110', difference: '0', rows: 3 });
    const freshness = freshnessReply.parse(
      (await get(`/v1/freshness?shop=${tenant.shopKey}`)).body,
    );
    expect(freshness.items).toContainEqual(
      expect.objectContaining({ resource: 'order', historyDone: true }),
    );
  }, 60_000);

  it('shows an order of ten megabytes like any other, and does not wait for ever behind it', async () => {
    const large = { ...tenant, shopKey: aShopKey() };
    await announce(large.shopKey);
    const lines = Array.from({ length: LARGE_LINES }, (_, index) => ({
      product: `P${String(index)}-${'x'.repeat(60)}`,
      price: '1',
    }));
    const fact = orderFactOf(tenant.zone, { id: '1', createdAt: soldAt, paidAt: soldAt, lines });
    const message = factMessage(large, 'order', '1', fact);

    await producer.send([out(message)]);
    await producer.send([out(factMessage(large, 'order', '2', order('2', '5')))]);
    await complete(large);

    await eventually(async () => {
      const { body } = await get(overviewPath.replace(tenant.shopKey, large.shopKey));
      const { tiles } = overviewReply.parse(body);
      expect(tiles[1]?.value.value).toBe(String(LARGE_LINES + 5));
    }, LONG);
    expect(message.value?.length).toBeGreaterThan(10_000_000);
  }, 60_000);

  it('answers another merchant as if there were no such shop', async () => {
    const { status, body } = await get(overviewPath, { merchantId: aMerchantId() });

    expect([status, body['code']]).toEqual([404, 'resource.not_found']);
  });

  it('counts what is told of its use by what became of it', async () => {
    const { accountId } = ofMerchant;
    const event = {
      ...{ v: 1, eventId: createUlid(), accountId, page: '/today', feature: null, seconds: 7 },
      ...{ at: new Date().toISOString(), browser: 'Firefox', os: 'macOS', deviceHash: null },
      network: '203.0.113.0/24',
    };
    const told = [event, event, { ...event, page: '/orders/1' }];
    await producer.send(
      told.map((one) => ({
        ...{ topic: TOPIC.usage, key: accountId, value: Buffer.from(JSON.stringify(one)) },
      })),
    );

    await eventually(async () => {
      const text = await (await fetch(`${ops}/metrics`)).text();
      const counted = text.matchAll(
        /^tokometrics_analytics_records_total\{outcome="(\w+)",topic="tm\.usage\.page\.v1"\} ([1-9]\d*)$/gm,
      );
      expect(
        [...counted].map(([, outcome, count]) => `${String(outcome)} ${String(count)}`),
      ).toEqual(['consumed 3', 'stored 1', 'duplicate 1', 'dlq 1']);
    }, LONG);
  });

  it('drops what comes behind a fence, erases every table of the scope and nothing else', async () => {
    const gone = { ...tenant, shopKey: aShopKey() };
    await announce(gone.shopKey);
    const priced = (day: number) =>
      productFactOf(gone.zone, `2026-03-0${String(day)}T05:00:00Z`, [{ id: '21', price: '9' }]);
    await producer.send([
      out(factMessage(gone, 'order', '7', order('7', '70'))),
      out(factMessage(gone, 'payment', '3', paymentFactOf(gone.zone))),
      out(factMessage(gone, 'inventory', '4', stockFactOf(gone.zone, '2026-03-16T06:00:00Z'))),
      out(factMessage(gone, 'product', '6', priced(5), 2)),
      out(factMessage(gone, 'product', '6', priced(4), 1)),
      out(factMessage(gone, 'unsettled', '5', estimateFactOf(gone.zone, '5'))),
      out(
        markerMessage(gone, {
          ...{ resource: 'unsettled', axis: 'update', from: 0, through: 1, sweep: '1' },
        }),
      ),
      out(markerMessage(gone, { resource: 'order', axis: 'create', from: 0, through: 1 })),
    ]);
    const path = overviewPath.replace(tenant.shopKey, gone.shopKey);
    await eventually(async () => {
      const { body } = await get(path.replace('net_sales', 'gross_sales'));
      expect(overviewReply.parse(body).tiles[0]?.value.value).toBe('70');
    }, LONG);
    await eventually(async () => {
      const kept = ['payments', 'inventory_snapshots', 'unsettled', 'sweeps', 'sku_prices'];
      expect(await rowsOf(gone.shopKey, kept)).toBe('6');
    }, LONG);
    const requestId = createUlid();
    const scope = `shop:${gone.shopKey}`;
    const at = new Date().toISOString();
    const fence = { v: 1, scope, erasedThroughEpoch: 1, ledgerSeq: 1, requestId, at };

    await producer.send([
      { topic: TOPIC.fence, key: scope, value: Buffer.from(JSON.stringify(fence)) },
    ]);

    await eventually(async () => {
      expect((await acks(requestId)).map(({ storeId }) => storeId)).toEqual(['service:analytics']);
    }, LONG);
    expect((await get(path)).status).toBe(404);
    await producer.send([out(factMessage(gone, 'order', '8', order('8', '80')))]);
    // What is held in memory goes with the fence; nobody is told to erase it.
    const ours = shopStores().filter((id) => {
      const { owner, erase } = storeEntry(id);
      return owner === 'analytics' && erase !== 'fence-and-expire';
    });
    await producer.send(
      ours.map((storeId) => ({
        topic: TOPIC.command,
        key: scope,
        value: Buffer.from(
          JSON.stringify({
            ...{ v: 1, msgId: createUlid(), requestId, scope, throughEpoch: 1, storeId },
            ...{ phase: 'ERASE', attempt: 1, ledgerSeq: 2, dueAt: at, planHash: 'p' },
          }),
        ),
      })),
    );
    const erased = await eventually(async () => {
      const all = (await acks(requestId)).filter(({ phase }) => phase === 'ERASE');
      expect(all.map(({ storeId }) => storeId).sort()).toEqual([...ours].sort());
      return all;
    }, LONG);

    expect(erased.every(({ outcome }) => outcome === 'done')).toBe(true);
    const removed = new Map(erased.map((ack) => [ack.storeId, ack.removed]));
    expect(removed.get('clickhouse.orders')).toBeGreaterThan(0);
    for (const table of ['payments', 'inventory_snapshots', 'unsettled', 'sweeps']) {
      expect([table, removed.get(`clickhouse.${table}`)]).toEqual([table, 1]);
    }
    expect(removed.get('clickhouse.sku_prices')).toBe(2);
    expect(removed.get('clickhouse.shop_daily')).toBeGreaterThan(0);
    // What is complete of the orders and of the estimates, and the revision of the figures.
    expect(removed.get('analytics.completeness')).toBe(3);
    await eventually(async () => {
      const { body } = await get(overviewPath);
      expect(overviewReply.parse(body).tiles[1]?.value.value).toBe('110');
    }, LONG);
    expect(await rowsOf(gone.shopKey)).toBe('0');
    expect(await rowsOf(tenant.shopKey)).not.toBe('0');
  }, 90_000);

  const acks = async (requestId: string): Promise<PrivacyAck[]> => {
    const found: PrivacyAck[] = [];
    const admin = kafka.admin();
    await admin.readTopic(TOPIC.ack, ({ value }) => {
      const ack = privacyAck.parse(JSON.parse(String(value)));
      if (ack.requestId === requestId) {
        found.push(ack);
      }
    });
    await admin.stop();
    return found;
  };
  const everyTable = shopTables().map(({ table }) => table);
  const rowsOf = async (shopKey: string, tables = everyTable): Promise<string> => {
    const counts = tables.map((table) => `SELECT shop_key FROM ${table}`).join(' UNION ALL ');
    const response = await fetch(
      `${engineEnv().CLICKHOUSE_URL}/?database=${names.clickhouseDatabase}`,
      { method: 'POST', body: `SELECT count() FROM (${counts}) WHERE shop_key = '${shopKey}'` },
    );
    return (await response.text()).trim();
  };
});
