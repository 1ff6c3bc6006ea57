import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { factTopic, shopScope, TOPIC, TOPICS } from '@tokometrics/contracts';
import type { ShopKey } from '@tokometrics/contracts';
import { createSealer, parkBodyBy } from '@tokometrics/erasure';
import {
  createClickhouse,
  createClock,
  createKafka,
  createMetrics,
  createUlid,
  createVault,
} from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';
import {
  anOrderFact,
  aShopKey,
  createMemoryLog,
  createSuiteClickhouse,
  createSuiteVault,
  engineEnv,
  eventually,
  startServiceJob,
  startServiceProcess,
  suiteNames,
  suiteServiceEnv,
} from '@tokometrics/testkit';
import type { ServiceProcess } from '@tokometrics/testkit';
import { z } from 'zod';
import { factMessage } from './adapters/facts.test-support.ts';

const names = suiteNames(import.meta);
const engines = engineEnv();
const GROUP = 'analytics-order';
const LETTERS = `tm.dlq.${GROUP}.v1`;
const NEEDLE = 'needle2f77a1';
const PATIENT = { timeoutMs: 60_000, everyMs: 250 };
const ALL = ['replay', 'dead-letters', '--group', GROUP];

describe('facts that were parked', () => {
  const { log } = createMemoryLog('error');
  const kafka = createKafka({
    ...{ brokers: engines.KAFKA_BROKERS, clientId: 'test', topicPrefix: names.topicPrefix, log },
    metrics: createMetrics({ service: 'test', runtime: false }),
  });
  const producer = kafka.producer();
  const admin = kafka.admin();
  const clickhouse = createClickhouse({
    ...{ url: engines.CLICKHOUSE_URL, database: names.clickhouseDatabase, log },
  });
  const [open, closed] = [aShopKey(), aShopKey()];
  let roles: Awaited<ReturnType<typeof createSuiteVault>>;
  let service: ServiceProcess;

  const letters = async (): Promise<InMessage[]> => {
    const found: InMessage[] = [];
    await kafka.readToEnd(LETTERS, (message) => void found.push(message));
    return found;
  };
  const stored = async (shopKey: string): Promise<number> => {
    const sql = `SELECT count() AS n FROM orders FINAL WHERE shop_key = {shopKey:String}`;
    const [row] = await clickhouse.query(sql, { shopKey }, z.object({ n: z.coerce.number() }));
    return row?.n ?? 0;
  };
  const run = (role: string, args: readonly string[]) =>
    startServiceJob(
      'analytics',
      { ...suiteServiceEnv(names, roles[role]), LOG_LEVEL: 'debug' },
      args,
    ).ended;

  /** A version of the service that can read no fact: it parks all of them, as any version parks. */
  async function parkAll(shopKeys: readonly ShopKey[]): Promise<void> {
    const role = roles['connector'];
    const vault = createVault({
      address: engines.VAULT_ADDR,
      roleId: role?.roleId ?? '',
      secretId: role?.secretId ?? '',
      ...{ kvMount: names.kvMount, transitMount: names.transitMount, log, clock: createClock() },
    });
    await vault.start();
    const sealer = createSealer({ vault, clock: createClock() });
    await Promise.all(shopKeys.map((shopKey) => sealer.provision(shopKey, 1)));
    const facts = shopKeys.map((shopKey) =>
      factMessage(
        { shopKey, epoch: 1, zone: 'Europe/London' },
        ...(['order', '576461413038785752', anOrderFact({ warehouseId: NEEDLE })] as const),
      ),
    );
    await producer.send(
      facts.map(({ topic, key, value, headers }) => ({ topic, key, value, headers })),
    );
    const consumer = kafka.batchConsumer({
      ...{ group: GROUP, topics: [factTopic('order')], maxRows: 10, maxBytes: 1e6, lingerMs: 10 },
      parkBody: parkBodyBy(sealer),
      onChunk: (messages) =>
        Promise.resolve({ parked: messages.map((message) => ({ message, reason: 'schema' })) }),
    });
    await consumer.start();
    await eventually(async () => {
      expect(await letters()).toHaveLength(shopKeys.length);
    }, PATIENT);
    await consumer.stop();
    await vault.stop();
  }

  beforeAll(async () => {
    roles = await createSuiteVault(names);
    await createSuiteClickhouse(names);
    await Promise.all([producer.start(), clickhouse.start()]);
    await kafka.ensureTopics(TOPICS);
    await parkAll([open, closed]);
    service = await startServiceProcess('analytics', suiteServiceEnv(names, roles['analytics']));
  }, 180_000);

  afterAll(async () => {
    await service.kill('SIGTERM');
    await Promise.all([producer.stop(), admin.stop()]);
    await clickhouse.command(`DROP DATABASE IF EXISTS ${names.clickhouseDatabase}`);
    await clickhouse.stop();
  }, 60_000);

  it('are opened by the job alone: the role of the service may not', async () => {
    const refused = await run('analytics', ALL);

    expect([refused.how, refused.err]).toEqual([1, expect.stringContaining('(vault.denied)')]);
    expect(await stored(open)).toBe(0);
  }, 60_000);

  it('reach the figures once their cause is mended, those of a closed connection never', async () => {
    const record = {
      ...{ v: 1, scope: shopScope(closed), erasedThroughEpoch: 1, ledgerSeq: 1 },
      ...{ requestId: createUlid(), at: new Date().toISOString() },
    };
    await producer.send([
      { topic: TOPIC.fence, key: record.scope, value: Buffer.from(JSON.stringify(record)) },
    ]);

    const sent = await run('analytics-replay', ALL);

    expect([sent.how, sent.out]).toEqual([0, expect.stringMatching(/^schema +1 +1 +0 +0$/m)]);
    await eventually(async () => {
      expect(await stored(open)).toBe(1);
    }, PATIENT);
    const again = await run('analytics-replay', [...ALL, '--again']);
    expect(again.out).toMatch(/^schema +1 +1 +0 +0$/m);
    await eventually(async () => {
      expect(await admin.groupLag(GROUP, [factTopic('order')])).toBe(0);
    }, PATIENT);
    expect([await stored(open), await stored(closed)]).toEqual([1, 0]);
    expect(await letters()).toHaveLength(2);
    expect(`${sent.out}${sent.err}${again.out}${again.err}`).not.toContain(NEEDLE);
  }, 120_000);

  it('are refused for what is not this service’s', async () => {
    const rebuild = await run('analytics-replay', ['replay', 'rebuild', '--shop', open]);
    const group = await run('analytics-replay', ['replay', 'dead-letters', '--group', 'ingestion']);

    expect([rebuild.how, rebuild.err]).toEqual([2, expect.stringContaining('keeps no archive')]);
    expect([group.how, group.err]).toEqual([2, expect.stringContaining('analytics-order-bf')]);
  }, 60_000);
});
