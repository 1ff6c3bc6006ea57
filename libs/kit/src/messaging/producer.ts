import kafkajs from 'kafkajs';
import type {
  Kafka as KafkaClient,
  Message,
  Producer as KafkajsProducer,
  TopicMessages,
} from 'kafkajs';
import { AppError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import { injectTrace, withoutTrace, withSendSpan } from '../tracing.ts';
import { atMost, pauseFor, untilDone } from './backoff.ts';
import { createKeyPartitioner } from './key-partitions.ts';
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
  /** Takes what is left of the same send out of the queue. */
  reject(error: unknown): void;
}

/** One send: as many requests as its weight needs, one after the other. */
interface Sending {
  readonly done: Promise<unknown>;
  /** Takes out of the queue what no request has taken up yet. */
  withdraw(): void;
}

// A broker takes 1 MB per partition and request by default: what is sent together stays below it.
const FLUSH_BYTES = 700_000;
const FLUSH_MESSAGES = 5_000;

const CODEC: Record<Compression, kafkajs.CompressionTypes> = {
  none: kafkajs.CompressionTypes.None,
  gzip: kafkajs.CompressionTypes.GZIP,
  zstd: kafkajs.CompressionTypes.ZSTD,
};

function weightOf(message: OutMessage): number {
  const headers = Object.entries(message.headers ?? {});
  const text = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  return (message.value?.length ?? 0) + (message.key?.length ?? 0) + text + 100;
}

function weight(batch: readonly OutMessage[]): number {
  return batch.reduce((sum, message) => sum + weightOf(message), 0);
}

/** Runs of messages that each fit into one request, in order. */
function split(batch: readonly OutMessage[]): OutMessage[][] {
  const parts: OutMessage[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const message of batch) {
    const last = parts.at(-1);
    bytes += weightOf(message);
    if (last === undefined || bytes > FLUSH_BYTES || last.length >= FLUSH_MESSAGES) {
      parts.push([message]);
      bytes = weightOf(message);
    } else {
      last.push(message);
    }
  }
  return parts;
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

function lineUp(queue: Waiting[], batches: readonly (readonly OutMessage[])[]): Sending {
  const own: Waiting[] = [];
  const withdraw = (): void => {
    for (const part of own) {
      const at = queue.indexOf(part);
      if (at !== -1) {
        queue.splice(at, 1);
      }
    }
  };
  const sent = batches.map(
    (batch) =>
      new Promise<void>((resolve, reject) => {
        // What comes last may speak for all before it: a part that failed takes back those behind it,
        // and at once, for the next request is made up in the same turn.
        const refuse = (error: unknown): void => {
          withdraw();
          reject(unavailable(error));
        };
        own.push({ batch, resolve, reject: refuse });
      }),
  );
  queue.push(...own);
  return { done: Promise.all(sent), withdraw };
}

function toMessage(message: OutMessage): Message {
  return {
    key: message.key ?? null,
    value: message.value,
    headers: message.headers ?? {},
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

/** Idempotent, acks=all, one request in flight; calls made meanwhile share the next request. */
// eslint-disable-next-line limit/max-lines-per-function -- one queue, one producer and their order
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
      createPartitioner: createKeyPartitioner,
      // About ten seconds in all: one unknown topic must not hold back the others for ever.
      retry: { initialRetryTime: 100, maxRetryTime: 3_000, retries: 7 },
    });
    await built.connect();
    if (stopping.signal.aborted) {
      // The stop came meanwhile and had nothing to disconnect yet.
      await built.disconnect();
      throw new AppError('upstream.unavailable', 'kafka producer is stopped');
    }
    return built;
  };

  const reconnect = async (): Promise<void> => {
    await producer?.disconnect().catch(() => undefined);
    producer = await untilDone(stopping.signal, connect, (error, attempt) => {
      if (attempt === 5) {
        const name = error instanceof Error ? error.name : 'unknown';
        options.log.warn({ errorType: name }, 'kafka producer cannot connect yet');
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
    const batches = calls.map(({ batch }) => batch);
    try {
      await sendOnce(byTopic(batches, options.naming));
    } catch (error) {
      // What was given up may have been written under a sequence number that kafkajs would use again:
      // the broker would take the next messages for a repetition and drop them. A new producer has a
      // new identity, and also helps when the broker has forgotten the old one.
      if (!stopping.signal.aborted) {
        await reconnect();
      }
      throw error;
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
          call.reject(error);
        });
      }
    }
    flushing = undefined;
  };

  const enqueue = (batches: readonly (readonly OutMessage[])[]): Sending => {
    const sending = lineUp(queue, batches);
    // A microtask later, so that calls of the same turn share one request.
    flushing ??= Promise.resolve().then(() => withoutTrace(flush));
    return sending;
  };

  return {
    name: 'kafka-producer',
    start: reconnect,
    stop: async () => {
      await atMost(10_000, flushing);
      stopping.abort();
      await producer?.disconnect();
      producer = undefined;
    },
    send: async (batch) => {
      if (batch.length === 0) {
        return;
      }
      try {
        // Here, not at the flush, which serves several callers at once.
        await withSendSpan(describe(batch), async () => {
          const here = injectTrace({});
          const traced = batch.map((m) => ({ ...m, headers: { ...m.headers, ...here } }));
          await withTimeout(enqueue(split(traced)), options.timeoutMs ?? 30_000);
        });
        options.onSent(batch.length, 'ok');
      } catch (error) {
        options.onSent(batch.length, 'failed');
        throw error;
      }
    },
  };
}

function describe(batch: readonly OutMessage[]): Record<string, string | number> {
  const topics = [...new Set(batch.map(({ topic }) => topic))];
  return {
    'messaging.system': 'kafka',
    'messaging.destination.name': topics.join(','),
    'messaging.batch.message_count': batch.length,
  };
}

/** A record that its topic will never take is no outage: trying it again would hold up all behind it. */
function unavailable(error: unknown): AppError {
  if (typeof error === 'object' && error !== null && tooLarge(error)) {
    const details = { reason: 'too_large' };
    return new AppError('request.too_large', 'a record is larger than its topic takes', {
      ...{ cause: error, details },
    });
  }
  return error instanceof AppError
    ? error
    : new AppError('upstream.unavailable', 'kafka did not take the messages', { cause: error });
}

const tooLarge = (error: object): boolean =>
  Reflect.get(error, 'type') === 'MESSAGE_TOO_LARGE' ||
  Reflect.get(error, 'type') === 'RECORD_LIST_TOO_LARGE';

/**
 * What is still in line is taken out of it: nobody waits for it, and it would only come late and beside
 * its repetition. What is in flight cannot be taken back, so the broker may still take one request of
 * what timed out; every effect downstream is idempotent for that reason.
 */
async function withTimeout(sending: Sending, timeoutMs: number): Promise<void> {
  const giveUp = new AbortController();
  const late = pauseFor(timeoutMs, giveUp.signal).then(() => {
    if (!giveUp.signal.aborted) {
      sending.withdraw();
      throw new AppError('upstream.unavailable', 'kafka did not acknowledge in time');
    }
  });
  try {
    await Promise.race([sending.done, late]);
  } finally {
    giveUp.abort();
    sending.done.catch(() => undefined);
  }
}
