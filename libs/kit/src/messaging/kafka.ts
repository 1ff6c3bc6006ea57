import kafkajs from 'kafkajs';
import type { Lifecycled } from '../lifecycle.ts';
import { createAdmin } from './admin.ts';
import { createBatchConsumer } from './batch-consumer.ts';
import { calmRequestQueues } from './calm-queues.ts';
import { createConsumer } from './consumer.ts';
import type { ConsumerParts } from './consumer.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import { dropStaleBatches } from './drop-stale-batches.ts';
import { createKafkajsLog } from './kafkajs-log.ts';
import { leanFetchReplies } from './lean-fetch.ts';
import { leanProduceRequests } from './lean-produce.ts';
import type {
  BatchConsumerOptions,
  Kafka,
  KafkaOptions,
  PreparingBatchConsumerOptions,
  Producer,
} from './options.ts';
import { createProducer } from './producer.ts';
import { createSharedSender } from './shared-sender.ts';
import { sweep } from './sweep.ts';
import { createTail } from './tail.ts';
import { createNaming } from './topics.ts';
import { registerZstd } from './zstd-codec.ts';

/** The only door to kafkajs. Nothing connects before a part is started or used. */
export function createKafka(options: KafkaOptions): Kafka {
  registerZstd();
  calmRequestQueues();
  leanProduceRequests();
  leanFetchReplies();
  dropStaleBatches();
  const { log } = options;
  const brokers =
    typeof options.brokers === 'string' ? options.brokers.split(',') : [...options.brokers];
  const client = new kafkajs.Kafka({
    clientId: options.clientId,
    brokers: brokers.map((broker) => broker.trim()),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: createKafkajsLog(log),
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 8 },
  });
  const naming = createNaming(options.topicPrefix ?? '');
  const metrics = createConsumerMetrics(options.metrics);
  const newAdmin = () =>
    createAdmin({ client, naming, log, replicationFactor: options.replicationFactor ?? -1 });

  const producer = (compression = options.compression ?? 'none'): Producer =>
    createProducer({
      client,
      naming,
      log,
      compression,
      onSent: (count, outcome) => {
        metrics.sent(count, outcome);
      },
    });
  const parts: ConsumerParts = {
    intake: { client, naming },
    sender: createSharedSender(() => producer()),
    log,
    metrics,
    ensureTopics: async (defs) => {
      // Its own connection, closed at once: consumers live long and need it only here.
      const own = newAdmin();
      try {
        await own.ensureTopics(defs);
      } finally {
        await own.stop();
      }
    },
  };

  function batchConsumer<P>(given: PreparingBatchConsumerOptions<P>): Lifecycled;
  function batchConsumer(given: BatchConsumerOptions): Lifecycled;
  function batchConsumer<P>(
    given: PreparingBatchConsumerOptions<P> | BatchConsumerOptions,
  ): Lifecycled {
    return 'prepare' in given
      ? createBatchConsumer(parts, given)
      : createBatchConsumer(parts, { ...given, prepare: () => undefined });
  }

  return {
    ensureTopics: parts.ensureTopics,
    producer: ({ compression } = {}) => producer(compression),
    consumer: (given) => createConsumer(parts, given),
    batchConsumer,
    tail: (given) => createTail({ client, naming, newAdmin, log }, given),
    admin: newAdmin,
    sweep: (given) => sweep({ client, naming, newAdmin, log }, given),
    readToEnd: async (topic, onMessage) => {
      const own = newAdmin();
      try {
        await own.readTopic(topic, onMessage);
      } finally {
        await own.stop();
      }
    },
  };
}
