import type { Lifecycled } from '../lifecycle.ts';
import { runInTraces } from '../tracing.ts';
import { atMost, backoffMs, pauseFor, untilDone } from './backoff.ts';
import { NothingAccepted, settleByHalves } from './bisect.ts';
import type { Settled } from './bisect.ts';
import { createChunker } from './chunker.ts';
import type { Chunk } from './chunker.ts';
import type { ConsumerParts } from './consumer.ts';
import { isTransient, reasonOf, toReason } from './failures.ts';
import { createIntake } from './intake.ts';
import { createLine, turnOf } from './line.ts';
import type { Place } from './line.ts';
import type { InMessage } from './messages.ts';
import type { ParkedMessage, PreparingBatchConsumerOptions } from './options.ts';
import { toDeadLetter } from './retry-ladder.ts';
import { groupTopics } from './topics.ts';

interface PreparedChunk<P> {
  readonly chunk: Chunk;
  /** Settled either way: a rejection is handled when the chunk's turn comes. */
  readonly prepared: Promise<PromiseSettledResult<P>>;
}

/**
 * Chunks over all assigned partitions, with the next one collected and prepared while a chunk is
 * written. They are written one at a time, but the end of one may run beside the next (`letNext`).
 * Offsets move only behind settled chunks, without a hole.
 */
export function createBatchConsumer<P>(
  parts: ConsumerParts,
  options: PreparingBatchConsumerOptions<P>,
): Lifecycled {
  const stopping = new AbortController();
  const { group } = options;
  const intake = createIntake({
    ...parts.intake,
    group,
    topics: options.topics,
    fromBeginning: options.fromBeginning ?? true,
    log: parts.log,
    limits: {
      highRows: 2 * options.maxRows,
      lowRows: options.maxRows,
      highBytes: 2 * options.maxBytes,
      lowBytes: options.maxBytes,
    },
    maxBufferedBytes: options.maxBufferedBytes ?? 8 * options.maxBytes,
    onArrival: () => {
      chunker.arrived();
    },
    onConsumed: (count) => {
      parts.metrics.consumed(group, count);
    },
  });
  const chunker = createChunker(intake, options, stopping.signal);
  let isNextHere = false;
  const settle = createChunkSettler(parts, options, stopping.signal);
  let loop: Promise<void> | undefined;

  const collect = async (): Promise<PreparedChunk<P> | undefined> => {
    isNextHere = false;
    const chunk = await chunker.next();
    isNextHere = chunk !== undefined;
    return chunk && { chunk, prepared: prepare(options, chunk.messages) };
  };

  const settleOne = async ({ chunk, prepared }: PreparedChunk<P>, place: Place) => {
    const isSettled = await settle(chunk, await prepared, place);
    if (isSettled) {
      chunk.slices.forEach(({ queue, last }) => {
        intake.settle(queue, last);
      });
    }
    return isSettled;
  };

  const run = async (): Promise<void> => {
    const isMoreHere = (): boolean =>
      isNextHere || intake.queues().some((queue) => queue.rows() > 0);
    const line = createLine(options.maxInFlight ?? 1, isMoreHere);
    let next = collect();
    for (let current = await next; current !== undefined; current = await next) {
      next = collect();
      const chunk = current;
      await line.add((place) => settleOne(chunk, place));
    }
    await line.ended();
  };

  return {
    name: `batch consumer ${group}`,
    start: async () => {
      parts.sender.retain();
      await parts.ensureTopics(groupTopics(group, options.ladderPartitions ?? 1, false));
      loop = run();
      await intake.start();
    },
    stop: async () => {
      stopping.abort();
      // The chunk in hand finishes and is committed; what was only buffered stays in Kafka.
      await atMost(15_000, loop);
      await intake.stop();
      await parts.sender.release();
    },
  };
}

async function prepare<P>(
  options: PreparingBatchConsumerOptions<P>,
  messages: readonly InMessage[],
): Promise<PromiseSettledResult<P>> {
  try {
    return { status: 'fulfilled', value: await options.prepare(messages) };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}

function reportRetry(parts: ConsumerParts, group: string, error: unknown, attempt: number): void {
  parts.metrics.chunkRetried(group, reasonOf(error));
  if (attempt % 10 > 0) {
    return;
  }
  if (error instanceof NothingAccepted || !isTransient(error)) {
    parts.log.error({ err: error, group }, 'no row of a chunk is accepted; it is retried');
  } else {
    parts.log.warn({ err: error, group }, 'chunk not stored yet; it is retried');
  }
}

function describe({ messages }: Chunk, group: string): Record<string, string | number> {
  return {
    'messaging.system': 'kafka',
    'messaging.consumer.group.name': group,
    'messaging.batch.message_count': messages.length,
  };
}

type SettleChunk<P> = (
  chunk: Chunk,
  prepared: PromiseSettledResult<P>,
  place: Place,
) => Promise<boolean>;

/** True when every record is stored or acknowledged by the dead letters. */
function createChunkSettler<P>(
  parts: ConsumerParts,
  options: PreparingBatchConsumerOptions<P>,
  signal: AbortSignal,
): SettleChunk<P> {
  const { group } = options;

  const attemptChunk = async (
    chunk: Chunk,
    whole: PromiseSettledResult<P>,
    { letNext, isFollowed, whenBefore }: Place,
  ): Promise<Settled> => {
    const isOwner = (): boolean => chunk.slices.every(({ queue }) => queue.live);
    const turn = () => turnOf(whenBefore, () => signal.aborted || !isOwner());
    return settleByHalves(chunk.messages, async (messages) => {
      const isWhole = messages.length === chunk.messages.length;
      // A transient failure to prepare the whole is prepared anew, like every half.
      const ready =
        isWhole && whole.status === 'fulfilled' ? whole : await prepare(options, messages);
      if (ready.status === 'rejected') {
        throw ready.reason;
      }
      const control = { prepared: ready.value, signal, isOwner, letNext, isFollowed, turn };
      const result = await options.onChunk(messages, control);
      return result?.parked ?? [];
    });
  };

  const report = (error: unknown, attempt: number): void => {
    reportRetry(parts, group, error, attempt);
  };

  const parkAll = async (parked: readonly ParkedMessage[]): Promise<boolean> => {
    const sent = await untilDone(
      signal,
      async () => {
        const letters = await Promise.all(
          parked.map(({ message, reason }) =>
            toDeadLetter(group, message, reason, options.parkBody),
          ),
        );
        await parts.sender.send(letters);
        return true;
      },
      report,
    );
    if (sent === undefined) {
      return false;
    }
    for (const { reason } of parked) {
      parts.metrics.settled(group, 'park', toReason(reason), 1);
    }
    return true;
  };

  return async (chunk, prepared, place) => {
    const started = performance.now();
    const isLost = (): boolean => chunk.slices.every(({ queue }) => !queue.live);
    for (let attempt = 0; !isLost(); attempt += 1) {
      try {
        const { parked, isAnyAccepted } = await runInTraces(
          chunk.messages.map(({ headers }) => headers),
          { name: 'chunk process', attributes: describe(chunk, group) },
          () => attemptChunk(chunk, prepared, place),
        );
        // Every row refused: first give the store time to recover, then believe it.
        if (!isAnyAccepted && attempt < 3) {
          throw new NothingAccepted('no row of the chunk was accepted');
        }
        if (parked.length > 0 && !(await parkAll(parked))) {
          return false;
        }
        parts.metrics.settled(group, 'done', 'none', chunk.messages.length - parked.length);
        parts.metrics.handled(group, performance.now() - started);
        return true;
      } catch (error) {
        report(error, attempt);
        await pauseFor(50 + backoffMs(attempt, 100, 10_000), signal);
        if (signal.aborted) {
          return false;
        }
      }
    }
    return false;
  };
}
