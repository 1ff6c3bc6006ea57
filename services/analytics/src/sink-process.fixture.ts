import { backfillTwin, factTopic, TOPICS } from '@tokometrics/contracts';
import { createClickhouse, createKafka, createMetrics, createMongo } from '@tokometrics/kit';
import type { Clickhouse, InMessage, Kafka, OutMessage } from '@tokometrics/kit';
import {
  createMemoryLog,
  createSuiteClickhouse,
  createSuiteVault,
  engineEnv,
  eventually,
  startServiceProcess,
  startStatementProxy,
  suiteServiceEnv,
} from '@tokometrics/testkit';
import type { ServiceProcess, StatementFate, SuiteNames } from '@tokometrics/testkit';
import { LOADED } from './adapters/bulk-load.test-support.ts';
import { createMongoCompleteness } from './adapters/mongo-completeness.ts';
import type { CompletenessStore } from './adapters/mongo-completeness.ts';

/** The groups that read the load, each with its topic. */
const GROUPS = LOADED.flatMap((resource) => {
  const topic = factTopic(resource);
  return [
    { group: `analytics-${resource}`, topic },
    { group: `analytics-${resource}-bf`, topic: backfillTwin(topic) },
  ];
});
export const LOAD_TOPICS = GROUPS.map(({ topic }) => topic);

const PATIENT = { timeoutMs: 120_000, everyMs: 100 };
const AT_ONCE = 250;
/** So far the writing of the log is ahead of the sink at most. */
const AHEAD = 400;

export interface Place {
  readonly topic: string;
  readonly partition: number;
  /** The first that is not committed. */
  readonly offset: bigint;
}

/** The sink as it ships, in a process of its own that sees its ClickHouse through a proxy. */
export interface SinkProcess {
  /** Past the proxy. */
  readonly clickhouse: Clickhouse;
  readonly kafka: Kafka;
  readonly completeness: CompletenessStore;
  service(): ServiceProcess;
  start(): Promise<void>;
  /** As a source does it: some way ahead of the sink, but not by all. */
  feed(records: readonly OutMessage[]): Promise<void>;
  committed(): Promise<readonly Place[]>;
  untilAllCommitted(): Promise<void>;
  deadLetters(): Promise<readonly InMessage[]>;
  stop(): Promise<void>;
}

export async function createSinkProcess(
  names: SuiteNames,
  fateOf: (statement: string) => StatementFate,
): Promise<SinkProcess> {
  const engines = engineEnv();
  const { log } = createMemoryLog('error');
  const [roles, proxy] = await Promise.all([
    createSuiteVault(names),
    startStatementProxy(engines.CLICKHOUSE_URL, fateOf),
    createSuiteClickhouse(names),
  ]);
  const kafka = createKafka({
    ...{ brokers: engines.KAFKA_BROKERS, clientId: 'test', topicPrefix: names.topicPrefix, log },
    metrics: createMetrics({ service: 'test', runtime: false }),
  });
  const clickhouse = createClickhouse({
    ...{ url: engines.CLICKHOUSE_URL, database: names.clickhouseDatabase, log },
  });
  const mongo = createMongo({ url: engines.MONGO_URL, database: names.mongoDatabase, log });
  const [producer, admin] = [kafka.producer(), kafka.admin()];
  await Promise.all([producer.start(), clickhouse.start(), mongo.start()]);
  await kafka.ensureTopics(TOPICS);
  let service: ServiceProcess | undefined;

  const running = (): ServiceProcess => {
    if (service === undefined) {
      throw new Error('the sink is not started');
    }
    return service;
  };
  const lag = async (): Promise<number> => {
    const lags = await Promise.all(
      GROUPS.map(({ group, topic }) => admin.groupLag(group, [topic])),
    );
    return lags.reduce((sum, one) => sum + one, 0);
  };
  const untilBehindBy = (most: number): Promise<void> =>
    eventually(async () => {
      const left = await lag();
      if (left > most) {
        throw new Error(`${String(left)} records are not committed`);
      }
    }, PATIENT);

  return {
    ...{ clickhouse, kafka, completeness: createMongoCompleteness(mongo), service: running },
    start: async () => {
      service = await startServiceProcess('analytics', {
        ...suiteServiceEnv(names, roles['analytics']),
        CLICKHOUSE_URL: proxy.url,
        ...{ LOG_LEVEL: 'warn', LIVE_LINGER_MS: '50', BACKFILL_LINGER_MS: '50' },
      });
    },
    feed: async (records) => {
      for (let from = 0; from < records.length; from += AT_ONCE) {
        await untilBehindBy(AHEAD);
        await producer.send(records.slice(from, from + AT_ONCE));
      }
    },
    committed: async () => {
      const found = await Promise.all(
        GROUPS.map(({ group, topic }) => admin.groupOffsets(group, [topic])),
      );
      return found
        .flat()
        .map(({ offset, ...place }) => ({ ...place, offset: BigInt(offset ?? 0) }));
    },
    untilAllCommitted: () => untilBehindBy(0),
    deadLetters: async () => {
      const letters: InMessage[] = [];
      for (const { group } of GROUPS) {
        await kafka.readToEnd(`tm.dlq.${group}.v1`, (message) => void letters.push(message));
      }
      return letters;
    },
    stop: async () => {
      await service?.kill('SIGTERM');
      await proxy.stop();
      await mongo.collection('completeness').deleteMany({});
      await clickhouse.command(`DROP DATABASE IF EXISTS ${names.clickhouseDatabase}`);
      await Promise.all([producer.stop(), admin.stop(), clickhouse.stop(), mongo.stop()]);
    },
  };
}
