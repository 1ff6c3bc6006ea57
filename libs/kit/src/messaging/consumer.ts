import type { Lifecycled } from '../lifecycle.ts';
import type { Logger } from '../logging.ts';
import { runInTrace } from '../tracing.ts';
import { atMost, backoffMs, pauseFor, untilDone } from './backoff.ts';
import type { ConsumerMetrics } from './consumer-metrics.ts';
import { isTransient, reasonOf, toReason } from './failures.ts';
import { createIntake } from './intake.ts';
import type { Intake, IntakeOptions } from './intake.ts';
import type { InMessage } from './messages.ts';
import type { ConsumerOptions } from './options.ts';
import { retry } from './outcomes.ts';
import type { Outcome } from './outcomes.ts';
import type { PartitionQueue } from './partition-queue.ts';
import { fromRetry, LADDER, nextRung, toDeadLetter, toRetry } from './retry-ladder.ts';
import { isTaken, sendLetters } from './send-letters.ts';
import type { SharedSender } from './shared-sender.ts';
import { createSlots } from './slots.ts';
import { groupTopics, retryTopic, RUNGS } from './topics.ts';
import type { TopicDef } from './messages.ts';

export interface ConsumerParts {
  readonly intake: Pick<IntakeOptions, 'client' | 'naming'>;
  readonly sender: SharedSender;
  readonly log: Logger;
  readonly metrics: ConsumerMetrics;
  readonly ensureTopics: (defs: readonly TopicDef[]) => Promise<void>;
}

// A handler takes one record at a time, so two fetches ahead are plenty.
const LIMITS = { highRows: 2_000, lowRows: 500, highBytes: 4_000_000, lowBytes: 1_000_000 };
const MAX_BUFFERED_BYTES = 32_000_000;

/** The group itself, and beside it `<group>.ladder`, which reads the group's retry topics. */
export function createConsumer(parts: ConsumerParts, options: ConsumerOptions): Lifecycled {
  const stopping = new AbortController();
  const settle = createSettler(parts, options, stopping.signal);
  const inPlace = createInPlaceRetry(options, stopping.signal, parts.log);
  const { group } = options;
  const ladderTopics = RUNGS.map((rung) => retryTopic(group, rung));

  const live = createLane(parts, stopping.signal, {
    group,
    topics: options.topics,
    fromBeginning: options.fromBeginning ?? true,
    slots: options.concurrency ?? 1,
    process: (queue, message, lane) => settle(message, () => inPlace(queue, message, lane)),
  });
  const ladder = createLane(parts, stopping.signal, {
    group: `${group}.ladder`,
    topics: ladderTopics,
    fromBeginning: true,
    // Every rung may wait at the same time; a waiting record must not stop the others.
    slots: Number.POSITIVE_INFINITY,
    process: async (queue, record, lane) => {
      const { message, retryAtMs } = fromRetry(record);
      lane.hold(queue, true);
      while (queue.live && !stopping.signal.aborted && Date.now() < retryAtMs) {
        // In short naps, so that a partition that moved to another member is let go soon.
        await pauseFor(Math.min(1_000, retryAtMs - Date.now()), stopping.signal);
      }
      lane.hold(queue, false);
      const go = queue.live && !stopping.signal.aborted;
      return go && settle(message, () => options.handle(message));
    },
  });

  return {
    name: `consumer ${group}`,
    start: async () => {
      parts.sender.retain();
      await parts.ensureTopics(groupTopics(group, options.ladderPartitions ?? 1, true));
      await Promise.all([live.start(), ladder.start()]);
    },
    stop: async () => {
      stopping.abort();
      await Promise.all([live.stop(), ladder.stop()]);
      await parts.sender.release();
    },
  };
}

interface LaneOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly fromBeginning: boolean;
  readonly slots: number;
  /** True when the record is settled: handled, passed to the ladder or parked, and acknowledged. */
  process(queue: PartitionQueue, message: InMessage, lane: Intake): Promise<boolean>;
}

/** One group over its partitions: strictly in order within a partition, `slots` of them at a time. */
function createLane(parts: ConsumerParts, signal: AbortSignal, options: LaneOptions): Lifecycled {
  const slots = createSlots(options.slots);
  const draining = new Map<PartitionQueue, Promise<void>>();

  const drain = async (queue: PartitionQueue): Promise<void> => {
    while (queue.live && !signal.aborted) {
      const [message] = lane.take(queue, 1, Number.POSITIVE_INFINITY);
      if (message === undefined) {
        break;
      }
      const offset = BigInt(message.offset);
      queue.watermark.open(offset);
      if (await slots.run(() => options.process(queue, message, lane))) {
        lane.settle(queue, offset);
      } else {
        break; // stopping, or the partition is another member's now: it comes again
      }
    }
    draining.delete(queue);
  };

  const lane = createIntake({
    ...parts.intake,
    group: options.group,
    topics: options.topics,
    fromBeginning: options.fromBeginning,
    log: parts.log,
    limits: LIMITS,
    maxBufferedBytes: MAX_BUFFERED_BYTES,
    onArrival: (queue) => {
      if (!draining.has(queue)) {
        draining.set(queue, drain(queue));
      }
    },
    onConsumed: (count) => {
      parts.metrics.consumed(options.group, count);
    },
  });

  return {
    name: `lane ${options.group}`,
    start: () => lane.start(),
    stop: async () => {
      // What is in hand finishes and is committed; the rest stays in Kafka.
      await atMost(10_000, Promise.all(draining.values()));
      await lane.stop();
    },
  };
}

/** While a dependency is down the partition waits here: order is kept and nothing is re-sent. */
function createInPlaceRetry(options: ConsumerOptions, signal: AbortSignal, log: Logger) {
  return async (queue: PartitionQueue, message: InMessage, lane: Intake): Promise<Outcome> => {
    const giveUpAt = performance.now() + (options.retryInPlaceMs ?? 30_000);
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await options.handle(message);
      } catch (error) {
        if (!isTransient(error) || performance.now() >= giveUpAt || signal.aborted || !queue.live) {
          throw error;
        }
        if (attempt === 0) {
          log.warn(
            { group: options.group, topic: message.topic, reason: reasonOf(error) },
            'a dependency does not answer; the record is tried again in place',
          );
        }
        const left = Math.max(0, giveUpAt - performance.now());
        lane.hold(queue, true);
        await pauseFor(Math.min(left, 50 + backoffMs(attempt, 200, 5_000)), signal);
        lane.hold(queue, false);
      }
    }
  };
}

type Settle = (message: InMessage, handle: () => Promise<Outcome>) => Promise<boolean>;

/** Runs the handler and carries its outcome out; false only when the consumer stops before. */
function createSettler(
  parts: ConsumerParts,
  options: ConsumerOptions,
  signal: AbortSignal,
): Settle {
  const { group } = options;
  const intervals = options.ladder ?? LADDER;

  const decide = async (message: InMessage, handle: () => Promise<Outcome>): Promise<Outcome> => {
    try {
      return await handle();
    } catch (error) {
      if (!isTransient(error)) {
        const { topic, partition, offset } = message;
        parts.log.error(
          { err: error, group, topic, partition, offset },
          'message handler failed; the record goes up the retry ladder',
        );
      }
      return retry(reasonOf(error), error);
    }
  };

  const carryOut = async (message: InMessage, outcome: Outcome): Promise<string> => {
    if (outcome.kind === 'done' || outcome.kind === 'skip') {
      return outcome.kind;
    }
    const rung = outcome.kind === 'retry' ? nextRung(message) : undefined;
    if (rung !== undefined) {
      const at = Date.now() + intervals[rung];
      if (await isTaken(parts.sender, toRetry(group, message, rung, outcome.reason, at))) {
        return 'retry';
      }
    }
    const letter = await toDeadLetter(group, message, outcome.reason, options.parkBody);
    await sendLetters(parts.sender, [letter]);
    parts.log.warn(
      { group, topic: message.topic, reason: toReason(outcome.reason) },
      'record parked in the dead letters',
    );
    return 'park';
  };

  return async (message, handle) => {
    const started = performance.now();
    const outcome = await runInTrace(message.headers, () => decide(message, handle), {
      name: `${message.topic} process`,
      attributes: { 'messaging.system': 'kafka', 'messaging.destination.name': message.topic },
    });
    if (signal.aborted && outcome.kind === 'retry') {
      return false; // cut short by the stop: the next owner reads it again
    }
    // The commit waits for this acknowledgement, however long the broker takes to give it.
    const kind = await untilDone(
      signal,
      () => carryOut(message, outcome),
      (error, attempt) => {
        if (attempt === 3) {
          parts.log.warn({ group, err: error }, 'retry or dead letter not taken yet');
        }
      },
    );
    if (kind === undefined) {
      return false;
    }
    const reason = 'reason' in outcome ? toReason(outcome.reason) : 'none';
    parts.metrics.settled(group, kind, reason, 1);
    parts.metrics.handled(group, performance.now() - started);
    return true;
  };
}
