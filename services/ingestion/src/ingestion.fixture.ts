import { factTopic, GAP_TYPE, HEADERS, TOPIC } from '@tokometrics/contracts';
import type { ShopKey, ShopLifecycle } from '@tokometrics/contracts';
import { createSealer } from '@tokometrics/erasure';
import type { Sealer } from '@tokometrics/erasure';
import {
  createClock,
  createKafka,
  createMetrics,
  createMongo,
  createVault,
} from '@tokometrics/kit';
import type {
  InMessage,
  Kafka,
  KafkaAdmin,
  Mongo,
  OutMessage,
  Producer,
  Vault,
} from '@tokometrics/kit';
import {
  aShopKey,
  aShopLifecycle,
  createMemoryLog,
  createSuiteVault,
  engineEnv,
  eventually,
  startServiceJob,
  startServiceProcess,
  suiteServiceEnv,
} from '@tokometrics/testkit';
import type { ServiceJob, ServiceProcess, SuiteNames } from '@tokometrics/testkit';
import { rawEvent, rawOrderBody } from './raw-events.test-support.ts';
import type { RawScope } from './raw-events.test-support.ts';

export const DEAD_LETTERS = 'tm.dlq.ingestion.v1';
const LONG = { timeoutMs: 20_000 };

type RawPart = Omit<Parameters<typeof rawEvent>[2], 'body'> & {
  readonly body?: Parameters<typeof rawEvent>[2]['body'];
};

/** Ingestion as a process of its own, and all that stands around it, on the shared engines. */
export interface IngestionWorld {
  readonly kafka: Kafka;
  readonly admin: KafkaAdmin;
  readonly producer: Producer;
  readonly mongo: Mongo;
  readonly sealer: Sealer;
  /** As the connector, which alone makes sealing keys. */
  readonly vault: Vault;
  service(): ServiceProcess;
  /** The program's `replay`, beside the service. */
  replay(args: readonly string[], change?: Readonly<Record<string, string>>): ServiceJob;
  /** What every process of this world has printed. */
  printed(): string;
  start(): Promise<void>;
  stop(): Promise<void>;
  send(...messages: OutMessage[]): Promise<void>;
  announce(shopKey: ShopKey, change?: Partial<ShopLifecycle>): Promise<void>;
  /** A connected shop with a sealing key: what the connector has made when a shop is connected. */
  connectedShop(
    change?: Partial<ShopLifecycle>,
  ): Promise<{ readonly shopKey: ShopKey; readonly epoch: number }>;
  event(scope: RawScope, part: RawPart, id?: string): Promise<OutMessage>;
  readAll(topic: string, shopKey?: string): Promise<InMessage[]>;
  /** Waits for so many facts of orders of the shop, markers among them. */
  factsOf(shopKey: string, count: number): Promise<InMessage[]>;
}

export async function startIngestionWorld(names: SuiteNames): Promise<IngestionWorld> {
  const engines = engineEnv();
  const { log } = createMemoryLog('error');
  const roles = await createSuiteVault(names);
  const env = {
    ...suiteServiceEnv(names, roles['ingestion']),
    LOG_LEVEL: 'debug',
    SWEEP_SECONDS: '1',
  };
  const metrics = createMetrics({ service: 'test' });
  const { topicPrefix } = names;
  const brokers = engines.KAFKA_BROKERS;
  const kafka = createKafka({ brokers, clientId: 'ingestion-test', topicPrefix, log, metrics });
  const producer = kafka.producer();
  const admin = kafka.admin();
  const mongo = createMongo({ url: engines.MONGO_URL, database: names.mongoDatabase, log });
  const vault = createVault({
    address: engines.VAULT_ADDR,
    roleId: roles['connector']?.roleId ?? '',
    secretId: roles['connector']?.secretId ?? '',
    kvMount: names.kvMount,
    transitMount: names.transitMount,
    log,
    clock: createClock(),
  });
  const sealer = createSealer({ vault, clock: createClock() });
  const outputs: (() => string)[] = [];
  let service: ServiceProcess | undefined;

  const running = (): ServiceProcess => {
    if (service === undefined) {
      throw new Error('ingestion is not started');
    }
    return service;
  };
  const start = async (): Promise<void> => {
    service = await startServiceProcess('ingestion', env);
    outputs.push(service.output);
  };
  const send = (...messages: OutMessage[]): Promise<void> => producer.send(messages);
  const announce: IngestionWorld['announce'] = (shopKey, change) =>
    send({
      topic: TOPIC.shopLifecycle,
      key: shopKey,
      value: Buffer.from(JSON.stringify(aShopLifecycle({ shopKey, ...change }))),
    });
  const readAll = async (topic: string, shopKey?: string): Promise<InMessage[]> => {
    const found: InMessage[] = [];
    await kafka.readToEnd(topic, (message) => {
      if (shopKey === undefined || message.headers[HEADERS.shopKey] === shopKey) {
        found.push(message);
      }
    });
    return found.sort((one, other) => Number(one.offset) - Number(other.offset));
  };

  await Promise.all([start(), mongo.start(), vault.start()]);
  await producer.start();
  return {
    ...{ kafka, admin, producer, mongo, sealer, vault, start, send, announce, readAll },
    service: running,
    replay: (args, change) => {
      const job = startServiceJob('ingestion', { ...env, LOG_LEVEL: 'debug', ...change }, [
        'replay',
        ...args,
      ]);
      outputs.push(() => job.output());
      return job;
    },
    printed: () => outputs.map((output) => output()).join('\n'),
    stop: async () => {
      await running().kill('SIGTERM');
      await Promise.all([producer.stop(), admin.stop(), mongo.stop(), vault.stop()]);
    },
    connectedShop: async (change) => {
      const scope = { shopKey: aShopKey(), epoch: 1 };
      await sealer.provision(scope.shopKey, scope.epoch);
      await announce(scope.shopKey, change);
      return scope;
    },
    event: (scope, part, id = '576461413038785752') =>
      rawEvent((context, text) => sealer.seal(context, text), scope, {
        body: rawOrderBody(id),
        ...part,
      }),
    factsOf: (shopKey, count) =>
      eventually(async () => {
        const all = await readAll(factTopic('order'), shopKey);
        const found = all.filter(({ headers }) => headers[HEADERS.type] !== GAP_TYPE);
        if (found.length < count) {
          throw new Error(`${String(found.length)} of ${String(count)} records on the fact topic`);
        }
        return found;
      }, LONG),
  };
}
