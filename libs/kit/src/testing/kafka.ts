import { randomUUID } from 'node:crypto';
import { createLogger } from '../logging.ts';
import type { Logger } from '../logging.ts';
import { createMetrics } from '../metrics.ts';
import type { Metrics } from '../metrics.ts';
import { createKafka } from '../messaging/kafka.ts';
import type { Kafka, KafkaOptions } from '../messaging/options.ts';
import { requiredEnv } from './required-env.ts';

export interface TestKafka {
  readonly kafka: Kafka;
  readonly metrics: Metrics;
  readonly prefix: string;
  /** What was logged from `warn` upwards, as text. */
  readonly logged: string[];
}

/** A prefix of its own per call: suites share one broker and never meet. */
export function createTestKafka(given: Partial<KafkaOptions> = {}): TestKafka {
  const logged: string[] = [];
  const log: Logger = createLogger({
    service: 'test',
    level: 'warn',
    destination: { write: (line) => logged.push(line) },
  });
  const metrics = createMetrics({ service: 'test', runtime: false });
  const prefix = given.topicPrefix ?? `t${randomUUID().slice(0, 8)}.`;
  const kafka = createKafka({
    brokers: requiredEnv('KAFKA_BROKERS'),
    clientId: 'test',
    log,
    metrics,
    ...given,
    topicPrefix: prefix,
  });
  return { kafka, metrics, prefix, logged };
}
