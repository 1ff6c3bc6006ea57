import type { Consumer, ConsumerConfig, EachBatchPayload, Kafka as KafkaClient } from 'kafkajs';
import type { Logger } from '../logging.ts';
import { atMost, untilDone } from './backoff.ts';

/** Partitions by topic, as the broker knows it. */
type Assigned = Readonly<Record<string, readonly number[]>>;

export interface GroupMemberOptions {
  readonly client: Pick<KafkaClient, 'consumer'>;
  /** Names as the broker knows them. */
  readonly groupId: string;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  readonly log: Logger;
  readonly tuning?: Partial<ConsumerConfig>;
  /** Where a partition is read from in a new generation; undefined: where the group has come to. */
  positionOf?(topic: string, partition: number): string | undefined;
  /** A new generation: whatever was fetched but not committed will be fetched again. */
  onJoin(assigned: Assigned): void;
  onBatch(payload: EachBatchPayload): Promise<void>;
  /** Also for batches that hold nothing but control records. */
  onBatchEnd?(topic: string, partition: number, lastOffset: string): void;
  onFetch?(): void;
  /** The broker took a heartbeat of this member. */
  onHeartbeat?(): void;
}

export interface GroupMember {
  /** Resolves after the first join; a broker that is not ready yet only delays it. */
  start(): Promise<void>;
  stop(): Promise<void>;
  pause(topic: string, partition: number): void;
  resume(topic: string, partition: number): void;
}

// Small replies: records come while others are worked on, not by the ten thousand in between.
// Whoever dies is missed after 15 s: as long its partitions wait, and so does its own next start. Short
// fetch waits, so that heartbeats are on time and a resumed partition is read soon.
const TUNING = {
  sessionTimeout: 15_000,
  rebalanceTimeout: 60_000,
  heartbeatInterval: 3_000,
  maxWaitTimeInMs: 500,
  maxBytesPerPartition: 128 * 1024,
  allowAutoTopicCreation: false,
} as const;

/** A stop waits this long for a join that is under way: longer than members that are well take to meet. */
const JOIN_MS = 5_000;

/** One kafkajs consumer that is rebuilt whenever it crashes: kafkajs itself gives up on some errors. */
export function createGroupMember(options: GroupMemberOptions): GroupMember {
  const { groupId, log } = options;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  let consumer: Consumer | undefined;
  let joining: Promise<void> | undefined;
  let announceJoin: () => void = () => undefined;
  const joined = new Promise<void>((resolve) => {
    announceJoin = resolve;
  });

  const attempt = async (): Promise<void> => {
    const built = build(options, announceJoin);
    built.on(built.events.CRASH, ({ payload }) => {
      if (consumer === built && !isStopping()) {
        log.warn({ groupId, errorType: payload.error.name }, 'consumer crashed; it is rebuilt');
        void run();
      }
    });
    try {
      await built.connect();
      await built.subscribe({
        topics: [...options.topics],
        fromBeginning: options.fromBeginning,
      });
    } catch (error) {
      await built.disconnect().catch(() => undefined);
      throw error;
    }
    if (isStopping()) {
      // The stop came meanwhile and had nothing to disconnect yet.
      await built.disconnect();
      return;
    }
    consumer = built;
    try {
      // Resolves after the join, or after a crash that CRASH has already reported.
      joining = built.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        eachBatch: (payload) => options.onBatch(payload),
      });
      await joining;
    } finally {
      joining = undefined;
    }
    if (isStopping()) {
      await built.disconnect();
    }
  };

  const run = async (): Promise<void> => {
    await untilDone(stopping.signal, attempt, (error, tries) => {
      const fields = { groupId, errorType: error instanceof Error ? error.name : 'unknown', tries };
      log[tries === 5 ? 'warn' : 'debug'](fields, 'consumer cannot start yet');
    });
  };

  return {
    start: async () => {
      const running = run();
      await Promise.race([joined, running.then(() => joined)]);
    },
    stop: async () => {
      stopping.abort();
      announceJoin();
      // kafkajs forgets one that disconnects before its join, and the join goes on: it would be a member
      // that nobody can stop. Where the join takes longer, it is left as soon as it has ended.
      await atMost(JOIN_MS, joining);
      if (joining === undefined) {
        await consumer?.disconnect();
      }
    },
    pause: (topic, partition) => {
      whileRunning(() => consumer?.pause([{ topic, partitions: [partition] }]));
    },
    resume: (topic, partition) => {
      whileRunning(() => consumer?.resume([{ topic, partitions: [partition] }]));
    },
  };
}

function build(options: GroupMemberOptions, announceJoin: () => void): Consumer {
  const { client, groupId, tuning } = options;
  const built = client.consumer({
    ...TUNING,
    groupId,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8, restartOnFailure },
    ...tuning,
  });
  built.on(built.events.GROUP_JOIN, ({ payload }) => {
    options.onJoin(payload.memberAssignment);
    for (const [topic, partitions] of Object.entries(payload.memberAssignment)) {
      for (const partition of partitions) {
        const offset = options.positionOf?.(topic, partition);
        if (offset !== undefined) {
          built.seek({ topic, partition, offset });
        }
      }
    }
    announceJoin();
  });
  built.on(built.events.END_BATCH_PROCESS, ({ payload }) => {
    options.onBatchEnd?.(payload.topic, payload.partition, payload.lastOffset);
  });
  built.on(built.events.FETCH, () => {
    options.onFetch?.();
  });
  built.on(built.events.HEARTBEAT, () => {
    options.onHeartbeat?.();
  });
  return built;
}

/** One that has just ended, or was just built, has nothing paused; with its join all begins anew. */
function whileRunning(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Error && error.name === 'KafkaJSNonRetriableError')) {
      throw error;
    }
  }
}

// A second restart beside ours would make two members out of one.
function restartOnFailure(): Promise<boolean> {
  return Promise.resolve(false);
}
