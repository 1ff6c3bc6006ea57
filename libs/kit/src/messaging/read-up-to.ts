import type { EachBatchPayload } from 'kafkajs';
import { AppError } from '../errors.ts';
import { decodeMessage } from './decode.ts';
import { createGroupMember } from './group-member.ts';
import type { InMessage } from './messages.ts';
import type { KafkaAdmin } from './options.ts';
import type { TailParts } from './tail.ts';

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 2_000;
// Longer than a broker takes to restart.
const SILENCE_MS = 60_000;
const EXPIRED_MS = 5_000;

/** What is read of one partition: the end is that of the moment at which the reading began. */
export interface Span {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly end: bigint;
}

export const isEmpty = ({ from, end }: Span): boolean => from >= end;

export interface Reading {
  readonly group: string;
  /** Of the topics that are read all partitions, also those that have nothing. */
  readonly spans: readonly Span[];
  readonly topicOffsets: KafkaAdmin['topicOffsets'];
  readonly signal: AbortSignal;
  /** `group`: it goes on where the group has come to, and commits. `spans`: nothing is committed. */
  readonly place: 'group' | 'spans';
  /** Of one partition, in order. True: it has seen enough. */
  onBatch(messages: readonly InMessage[]): Promise<boolean>;
  /** Another member has some of the partitions, so that neither would reach its end. */
  whenShared(): AppError;
}

const keyOf = (topic: string, partition: number): string => `${topic}:${String(partition)}`;

/** One member that owns every partition, reads to the ends and leaves. */
export async function readUpTo(
  { client, naming, log }: Pick<TailParts, 'client' | 'naming' | 'log'>,
  reading: Reading,
): Promise<void> {
  const progress = createProgress(reading.spans);
  const end = createEnd(reading.signal);
  const pass = (topic: string, partition: number, next: bigint): void => {
    if (!end.hasCome() && progress.pass(topic, partition, next)) {
      end.reach();
    }
  };

  const onBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { topic: physical, partition, messages: fetched } = payload.batch;
    const topic = naming.logical(physical);
    const high = progress.endOf(topic, partition);
    const messages = fetched
      .filter(({ offset }) => high !== undefined && BigInt(offset) < high)
      .map((message) => decodeMessage(topic, partition, message));
    const last = messages.at(-1);
    if (end.hasCome() || last === undefined) {
      return;
    }
    try {
      const isEnough = await withHeartbeat(payload, () => reading.onBatch(messages));
      payload.resolveOffset(last.offset);
      if (reading.place === 'group') {
        const offset = (BigInt(last.offset) + 1n).toString();
        await payload.commitOffsetsIfNecessary({
          topics: [{ topic: physical, partitions: [{ partition, offset }] }],
        });
      }
      if (isEnough) {
        end.reach();
      }
    } catch (error) {
      end.fail(error);
    }
  };

  const member = createGroupMember({
    ...{ client, log },
    groupId: naming.physical(reading.group),
    topics: progress.topics.map((topic) => naming.physical(topic)),
    fromBeginning: true,
    tuning: { sessionTimeout: SESSION_MS, heartbeatInterval: HEARTBEAT_MS },
    positionOf: (topic, partition) =>
      reading.place === 'spans'
        ? progress.positionOf(naming.logical(topic), partition)?.toString()
        : undefined,
    onJoin: (assigned) => {
      end.hear();
      if (!progress.isAllOf((topic) => assigned[naming.physical(topic)] ?? [])) {
        end.fail(reading.whenShared());
      }
    },
    onBatch,
    onBatchEnd: (topic, partition, lastOffset) => {
      pass(naming.logical(topic), partition, BigInt(lastOffset) + 1n);
    },
    onFetch: end.hear,
    onHeartbeat: end.hear,
  });
  const stopLooking = lookForExpired(reading, progress.topics, pass);
  try {
    await Promise.race([member.start(), end.come]);
    await end.come;
  } finally {
    stopLooking();
    end.forget();
    await member.stop();
  }
}

/** How far the spans are read, and which of them are not yet. */
function createProgress(given: readonly Span[]) {
  const spans = new Map(given.map((span) => [keyOf(span.topic, span.partition), span]));
  const left = new Map([...spans].filter(([, span]) => !isEmpty(span)));
  const positions = new Map([...spans].map(([key, { from }]) => [key, from]));
  return {
    topics: [...new Set(given.map(({ topic }) => topic))],
    endOf: (topic: string, partition: number) => spans.get(keyOf(topic, partition))?.end,
    positionOf: (topic: string, partition: number) => positions.get(keyOf(topic, partition)),
    isAllOf: (partitionsOf: (topic: string) => readonly number[]): boolean =>
      [...left.values()].every(({ topic, partition }) => partitionsOf(topic).includes(partition)),
    /** Whether all of them are read with it. */
    pass: (topic: string, partition: number, next: bigint): boolean => {
      const key = keyOf(topic, partition);
      const span = spans.get(key);
      if (span === undefined) {
        return false;
      }
      positions.set(key, next);
      if (next >= span.end) {
        left.delete(key);
      }
      return left.size === 0;
    },
  };
}

/** Where retention takes the last records of a span meanwhile, no batch ever tells that its end is passed. */
function lookForExpired(
  { topicOffsets, spans }: Reading,
  topics: readonly string[],
  pass: (topic: string, partition: number, next: bigint) => void,
): () => void {
  const look = async (topic: string): Promise<void> => {
    for (const { partition, low } of await topicOffsets(topic)) {
      const span = spans.find((one) => one.topic === topic && one.partition === partition);
      if (span !== undefined && BigInt(low) >= span.end) {
        pass(topic, partition, BigInt(low));
      }
    }
  };
  const timer = setInterval(() => {
    // A broker that does not answer is noticed by its silence.
    topics.forEach((topic) => void look(topic).catch(() => undefined));
  }, EXPIRED_MS);
  return () => {
    clearInterval(timer);
  };
}

export function stopped(): AppError {
  return new AppError('resource.conflict', 'stopped before the end was reached', {
    details: { reason: 'sweep.stopped' },
  });
}

/** The first of: all ends reached, enough seen, a failure, the caller's wish, a broker that fell silent. */
function createEnd(signal: AbortSignal) {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  let hasCome = false;
  let lastHeard = performance.now();
  promise.catch(() => undefined); // awaited later, or not at all when the start failed first
  const fail = (error: unknown): void => {
    hasCome = true;
    reject(error instanceof Error ? error : new Error('a reading failed', { cause: error }));
  };
  const onAbort = (): void => {
    fail(stopped());
  };
  const silence = setInterval(() => {
    if (performance.now() - lastHeard > SILENCE_MS) {
      fail(new AppError('upstream.unavailable', 'kafka does not answer'));
    }
  }, 1_000);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) {
    onAbort();
  }
  return {
    come: promise,
    hasCome: () => hasCome,
    fail,
    reach: (): void => {
      hasCome = true;
      resolve(undefined);
    },
    hear: (): void => {
      lastHeard = performance.now();
    },
    forget: (): void => {
      clearInterval(silence);
      signal.removeEventListener('abort', onAbort);
    },
  };
}

/** A batch may wait for Vault or the broker for longer than the group waits for a silent member. */
async function withHeartbeat<T>(payload: EachBatchPayload, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    payload.heartbeat().catch(() => undefined); // a lost membership shows at the commit
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
