import type { Batch, EachBatchPayload, Kafka as KafkaClient } from 'kafkajs';
import type { Logger } from '../logging.ts';
import { backoffMs } from './backoff.ts';
import { decodeMessage } from './decode.ts';
import { generationOf } from './drop-stale-batches.ts';
import { createGroupMember } from './group-member.ts';
import type { InMessage } from './messages.ts';
import { createPartitionQueue } from './partition-queue.ts';
import type { PartitionQueue, QueueLimits } from './partition-queue.ts';
import type { Naming } from './topics.ts';

export interface IntakeOptions {
  readonly client: KafkaClient;
  readonly naming: Naming;
  readonly group: string;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  readonly log: Logger;
  readonly limits: QueueLimits;
  /** Over all partitions; reached, every partition that delivers is paused. */
  readonly maxBufferedBytes: number;
  onArrival(queue: PartitionQueue): void;
  onConsumed?(count: number): void;
}

/** Fetches into bounded queues and commits what is settled: the half that both consumers share. */
export interface Intake {
  start(): Promise<void>;
  /** Leaves the group after a last commit. */
  stop(): Promise<void>;
  /** Queues of the present generation. */
  queues(): readonly PartitionQueue[];
  take(queue: PartitionQueue, maxRows: number, maxBytes: number): InMessage[];
  hold(queue: PartitionQueue, held: boolean): void;
  settle(queue: PartitionQueue, last: bigint): void;
}

/** Fetching goes on at this share of the cap: it takes a moment, and chunks are made of what is left. */
const ROOMY = 0.75;

type Commit = EachBatchPayload['commitOffsetsIfNecessary'];

// eslint-disable-next-line limit/max-lines-per-function -- all of it moves the same queues and the same count of bytes
export function createIntake(options: IntakeOptions): Intake {
  const { naming, limits } = options;
  let queues = new Map<string, PartitionQueue>();
  let buffered = 0;

  const pause = (queue: PartitionQueue): void => {
    queue.paused = true;
    member.pause(naming.physical(queue.topic), queue.partition);
  };
  const resume = (queue: PartitionQueue): void => {
    queue.paused = false;
    member.resume(naming.physical(queue.topic), queue.partition);
  };
  const resumeWhereLow = (): void => {
    for (const queue of queues.values()) {
      const roomy = buffered <= options.maxBufferedBytes * ROOMY && queue.isLow(limits);
      if (queue.paused && !queue.held && roomy) {
        resume(queue);
      }
    }
  };

  // kafkajs refetches every partition from its committed offset after each join, kept ones too, so
  // everything buffered is dropped; work in flight may finish, its queue can no longer commit.
  const onJoin = (): void => {
    for (const queue of queues.values()) {
      queue.live = false;
      if (queue.paused) {
        resume(queue);
      }
    }
    queues = new Map();
    buffered = 0;
  };

  const queueOf = (topic: string, { partition }: Batch, generation?: number): PartitionQueue => {
    const key = `${topic}/${String(partition)}`;
    const known = queues.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = createPartitionQueue(topic, partition, generation);
    queues.set(key, made);
    return made;
  };

  const onBatch = async (payload: EachBatchPayload): Promise<void> => {
    const { batch } = payload;
    const last = batch.messages.at(-1);
    if (last !== undefined) {
      committer.use((offsets) => payload.commitOffsetsIfNecessary(offsets));
      const topic = naming.logical(batch.topic);
      const queue = queueOf(topic, batch, generationOf(batch));
      const messages = batch.messages.map((m) => decodeMessage(topic, batch.partition, m));
      const before = queue.bytes();
      queue.push(messages);
      buffered += queue.bytes() - before;
      payload.resolveOffset(last.offset);
      if (!queue.paused && (queue.isFull(limits) || buffered >= options.maxBufferedBytes)) {
        pause(queue);
      }
      options.onConsumed?.(messages.length);
      options.onArrival(queue);
    }
    await payload.heartbeat();
  };

  const member = createGroupMember({
    client: options.client,
    groupId: naming.physical(options.group),
    topics: options.topics.map((topic) => naming.physical(topic)),
    fromBeginning: options.fromBeginning,
    log: options.log,
    onJoin,
    onBatch,
  });
  const committer = createCommitter(() => [...queues.values()], naming, options.log);

  return {
    start: () => member.start(),
    stop: async () => {
      await committer.flush();
      await member.stop();
      onJoin();
    },
    queues: () => [...queues.values()],
    take: (queue, maxRows, maxBytes) => {
      const before = queue.bytes();
      const taken = queue.take(maxRows, maxBytes);
      if (queue.live) {
        buffered -= before - queue.bytes();
        resumeWhereLow();
      }
      return taken;
    },
    hold: (queue, held) => {
      queue.held = held;
      if (queue.live && held && !queue.paused) {
        pause(queue);
      } else if (!held) {
        resumeWhereLow();
      }
    },
    settle: (queue, last) => {
      queue.watermark.settle(last);
      committer.request();
    },
  };
}

interface Committer {
  use(commit: Commit): void;
  request(): void;
  flush(): Promise<void>;
}

/**
 * One commit request at a time, each for all partitions. `commit` is kafkajs's own closure from the
 * newest batch: unlike consumer.commitOffsets it is not repeated behind our back, so a request made
 * in one generation is never sent in the next, where it could move another member's offset.
 */
function createCommitter(live: () => PartitionQueue[], naming: Naming, log: Logger): Committer {
  let commit: Commit | undefined;
  let running: Promise<void> | undefined;
  let wanted = false;
  let failures = 0;

  const due = () =>
    live().flatMap((queue) => {
      const offset = queue.watermark.committable();
      const ahead = offset !== undefined && (queue.committed ?? -1n) < offset;
      return queue.live && ahead ? [{ queue, offset }] : [];
    });

  const once = async (): Promise<void> => {
    const entries = due();
    if (commit === undefined || entries.length === 0) {
      return;
    }
    const topics = entries.map(({ queue, offset }) => ({
      topic: naming.physical(queue.topic),
      partitions: [{ partition: queue.partition, offset: offset.toString() }],
    }));
    try {
      await commit({ topics });
      failures = 0;
      for (const { queue, offset } of entries) {
        queue.committed = offset;
      }
    } catch (error) {
      // A rebalance refuses the commit: the queues are replaced at the join. Else it is repeated.
      failures += 1;
      log.debug({ errorType: error instanceof Error ? error.name : 'unknown' }, 'commit not taken');
      const timer = setTimeout(request, 100 + backoffMs(failures, 200, 3_000));
      timer.unref();
    }
  };

  const drain = async (): Promise<void> => {
    while (wanted) {
      wanted = false;
      await once();
    }
    running = undefined;
  };

  function request(): void {
    wanted = true;
    running ??= drain();
  }

  return {
    use: (next) => {
      commit = next;
    },
    request,
    flush: async () => {
      request();
      await running;
    },
  };
}
