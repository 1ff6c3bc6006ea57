import kafkajs from 'kafkajs';
import type {
  Kafka as KafkaClient,
  Message,
  Producer as KafkajsProducer,
  TopicMessages,
} from 'kafkajs';
import { AppError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { injectTrace } from '../tracing.ts';
import { pauseFor, untilDone } from './backoff.ts';
import type { OutMessage } from './messages.ts';
import type { Compression, Producer } from './options.ts';
import type { Naming } from './topics.ts';

export interface ProducerOptions {
  readonly client: KafkaClient;
  readonly naming: Naming;
  readonly log: Logger;
  readonly compression: Compression;
  readonly onSent: (messages: number, outcome: 'ok' | 'failed') => void;
  /** How long a send may wait for its acknowledgement; default 30 s. */
  readonly timeoutMs?: number;
}

interface Waiting {
  readonly batch: readonly OutMessage[];
  resolve(): void;
  reject(error: unknown): void;
}

// A broker takes 1 MB per partition and request by default: what is sent together stays below it.
const FLUSH_BYTES = 700_000;
const FLUSH_MESSAGES = 5_000;

const CODEC: Record<Compression, number> = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  zstd: kafkajs.CompressionTypes.ZSTD,
};

function weight(batch: readonly OutMessage[]): number {
  return batch.reduce((sum, m) => sum + (m.value?.length ?? 0) + 200, 0);
}

/** Oldest calls first, as many as fit into one request. */
function takeTogether(queue: Waiting[]): Waiting[] {
  let bytes = 0;
  let messages = 0;
  const end = queue.findIndex(({ batch }, index) => {
    bytes += weight(batch);
    messages += batch.length;
    return index > 0 && (bytes > FLUSH_BYTES || messages > FLUSH_MESSAGES);
  });
  return queue.splice(0, end === -1 ? queue.length : end);
}

function toMessage(message: OutMessage): Message {
  return {
    key: message.key ?? null,
    value: message.value,
    headers: { ...message.headers },
    ...(message.partition === undefined ? {} : { partition: message.partition }),
  };
}

function byTopic(batches: readonly (readonly OutMessage[])[], naming: Naming): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const message of batches.flat()) {
    const topic = naming.physical(message.topic);
    const known = topics.get(topic);
    if (known === undefined) {
      topics.set(topic, [toMessage(message)]);
    } else {
      known.push(toMessage(message));
    }
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

// After these the broker no longer knows our producer id or sequence; only a new producer helps.
const LOST_IDENTITY = /OUT_OF_ORDER_SEQUENCE_NUMBER|UNKNOWN_PRODUCER_ID|INVALID_PRODUCER_EPOCH/;

function lostIdentity(error: unknown): boolean {
  const type: unknown = error instanceof Error ? Reflect.get(error, 'type') : undefined;
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return LOST_IDENTITY.test(String(type)) || (cause !== undefined && lostIdentity(cause));
}

/** Idempotent, acks=all, one request in flight; calls made meanwhile share the next request. */
export function createProducer(options: ProducerOptions): Producer {
  const stopping = new AbortController();
  const queue: Waiting[] = [];
  let producer: KafkajsProducer | undefined;
  let flushing: Promise<void> | undefined;

  const connect = async (): Promise<KafkajsProducer> => {
    const built = options.client.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 100, maxRetryTime: 3_000, retries: Number.MAX_SAFE_INTEGER },
    });
    await built.connect();
    return built;
  };

  const reconnect = async (): Promise<void> => {
    await producer?.disconnect().catch(() => undefined);
    producer = await untilDone(stopping.signal, connect, (error, attempt) => {
      if (attempt === 5) {
        const name = error instanceof Error ? error.name : 'unknown';
        options.log.warn({ error: name }, 'kafka producer cannot connect yet');
      }
    });
  };

  const sendOnce = async (topicMessages: TopicMessages[]): Promise<void> => {
    if (producer === undefined) {
      throw new AppError('upstream.unavailable', 'kafka producer is not started');
    }
    await producer.sendBatch({ acks: -1, compression: CODEC[options.compression], topicMessages });
  };

  const transmit = async (calls: readonly Waiting[]): Promise<void> => {
    const topicMessages = byTopic(
      calls.map(({ batch }) => batch),
      options.naming,
    );
    try {
      await sendOnce(topicMessages);
    } catch (error) {
      if (!lostIdentity(error)) {
        throw error;
      }
      options.log.warn('kafka producer lost its identity; a new one repeats the send');
      await reconnect();
      await sendOnce(topicMessages);
    }
  };

  const flush = async (): Promise<void> => {
    while (queue.length > 0) {
      const calls = takeTogether(queue);
      try {
        await transmit(calls);
        calls.forEach((call) => {
          call.resolve();
        });
      } catch (error) {
        calls.forEach((call) => {
          call.reject(unavailable(error));
        });
      }
    }
    flushing = undefined;
  };

  const enqueue = (batch: readonly OutMessage[]): Promise<void> =>
    new Promise((resolve, reject) => {
      queue.push({ batch, resolve, reject });
      // A microtask later, so that calls of the same turn share one request.
      flushing ??= Promise.resolve().then(flush);
    });

  return {
    name: 'kafka-producer',
    start: reconnect,
    stop: async () => {
      await Promise.race([flushing, pauseFor(10_000, stopping.signal)]);
      stopping.abort();
      await producer?.disconnect();
      producer = undefined;
    },
    send: async (batch) => {
      if (batch.length === 0) {
        return;
      }
      try {
        // Here, not at the flush: the flush runs in the trace of whoever came first.
        const traced = batch.map((m) => ({ ...m, headers: injectTrace(m.headers ?? {}) }));
        await withTimeout(enqueue(traced), options.timeoutMs ?? 30_000);
        options.onSent(batch.length, 'ok');
      } catch (error) {
        options.onSent(batch.length, 'failed');
        throw error;
      }
    },
  };
}

function unavailable(error: unknown): AppError {
  return error instanceof AppError
    ? error
    : new AppError('upstream.unavailable', 'kafka did not take the messages', { cause: error });
}

/** The broker may still take what timed out; every effect downstream is idempotent for that reason. */
async function withTimeout(work: Promise<void>, timeoutMs: number): Promise<void> {
  const giveUp = new AbortController();
  const late = pauseFor(timeoutMs, giveUp.signal).then(() => {
    if (!giveUp.signal.aborted) {
      throw new AppError('upstream.unavailable', 'kafka did not acknowledge in time');
    }
  });
  try {
    await Promise.race([work, late]);
  } finally {
    giveUp.abort();
    work.catch(() => undefined);
  }
}
