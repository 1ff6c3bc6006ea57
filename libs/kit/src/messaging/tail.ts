import type { ConsumerConfig, EachBatchPayload, Kafka as KafkaClient } from 'kafkajs';
import type { Lifecycled } from '../lifecycle.ts';
import type { Logger } from '../logging.ts';
import { atMost, untilDone } from './backoff.ts';
import { decodeMessage } from './decode.ts';
import { createGroupMember } from './group-member.ts';
import type { KafkaAdmin, TailOptions } from './options.ts';
import type { Naming } from './topics.ts';

export interface TailParts {
  readonly client: Pick<KafkaClient, 'consumer'>;
  readonly naming: Naming;
  readonly newAdmin: () => KafkaAdmin;
  readonly log: Logger;
}

/** Follows a whole topic for one instance; a record that cannot be taken in is tried until it can. */
export function createTail(parts: TailParts, options: TailOptions): Lifecycled {
  const stopping = new AbortController();
  const fromBeginning = options.from === 'beginning';
  const physical = parts.naming.physical(options.topic);
  const catchUp = createCatchUp();
  const admin = parts.newAdmin();
  let position: (() => void) | undefined;
  const positioned = new Promise<void>((resolve) => {
    position = resolve;
  });

  const onBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    for (const record of batch.messages) {
      const message = decodeMessage(options.topic, batch.partition, record);
      await untilDone(
        stopping.signal,
        async () => {
          await options.onMessage(message);
        },
        (error, attempt) => {
          if (attempt === 0) {
            parts.log.error({ err: error, topic: options.topic }, 'record of a tail not taken yet');
          }
          payload.heartbeat().catch(() => undefined);
        },
      );
      if (stopping.signal.aborted) {
        return;
      }
      payload.resolveOffset(record.offset);
      await payload.heartbeat();
    }
    const last = batch.messages.at(-1);
    // From the beginning nothing is committed: after a restart memory is empty and all is needed.
    if (last !== undefined && !fromBeginning) {
      const offset = (BigInt(last.offset) + 1n).toString();
      const partitions = [{ partition: batch.partition, offset }];
      await payload
        .commitOffsetsIfNecessary({ topics: [{ topic: physical, partitions }] })
        .catch(() => undefined); // a later batch commits again; a repeat is harmless
    }
  };

  const member = createGroupMember({
    client: parts.client,
    groupId: parts.naming.physical(options.group),
    topics: [physical],
    fromBeginning,
    log: parts.log,
    tuning: tuningOf(options),
    onJoin: () => options.onHeartbeat?.(),
    onHeartbeat: () => options.onHeartbeat?.(),
    onBatch,
    onBatchEnd: (_topic, partition, lastOffset) => {
      catchUp.reached(partition, BigInt(lastOffset) + 1n);
    },
    onFetch: () => position?.(),
  });

  return {
    name: `tail ${options.topic}`,
    start: async () => {
      await member.start();
      if (fromBeginning) {
        // Behind the join: who sends from now on can see that this instance is there, and wait for it.
        const ends = await admin.topicOffsets(options.topic);
        catchUp.expect(ends.filter(({ low, high }) => low !== high));
      }
      await Promise.race([fromBeginning ? catchUp.done : positioned, aborted(stopping.signal)]);
    },
    stop: async () => {
      stopping.abort();
      await member.stop();
      // The group served this instance alone; one left behind would only be clutter.
      await atMost(2_000, admin.deleteGroups([options.group]));
      await admin.stop();
    },
  };
}

/** A lease must be short; what is not given stays as for other consumers. */
function tuningOf({ sessionTimeoutMs, heartbeatMs }: TailOptions): Partial<ConsumerConfig> {
  return {
    ...(sessionTimeoutMs === undefined ? {} : { sessionTimeout: sessionTimeoutMs }),
    ...(heartbeatMs === undefined ? {} : { heartbeatInterval: heartbeatMs }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}

/** Resolves once every partition has passed the end that is expected of it, read before or after it was told. */
function createCatchUp() {
  const positions = new Map<number, bigint>();
  let ends: readonly (readonly [partition: number, end: bigint])[] | undefined;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const look = (): void => {
    if (ends?.every(([partition, end]) => (positions.get(partition) ?? 0n) >= end)) {
      finish();
    }
  };
  return {
    done,
    expect: (partitions: readonly { partition: number; high: string }[]) => {
      ends = partitions.map(({ partition, high }) => [partition, BigInt(high)]);
      look();
    },
    reached: (partition: number, next: bigint) => {
      positions.set(partition, next);
      look();
    },
  };
}
