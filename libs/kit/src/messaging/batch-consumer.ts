import type { Lifecycled } from '../lifecycle.ts';
import { prepare } from './attempt-chunk.ts';
import type { PreparedChunk } from './attempt-chunk.ts';
import { atMost } from './backoff.ts';
import { createChunker } from './chunker.ts';
import type { Chunk } from './chunker.ts';
import type { ConsumerParts } from './consumer.ts';
import { createIntake } from './intake.ts';
import { createLine } from './line.ts';
import type { Place } from './line.ts';
import type { PreparingBatchConsumerOptions } from './options.ts';
import { createChunkSettler } from './settle-chunk.ts';
import type { StoredChunk } from './settle-chunk.ts';
import { groupTopics } from './topics.ts';

/**
 * Chunks over all assigned partitions, with the next one collected and prepared while a chunk is
 * stored. They are stored one at a time, but what is left of one (`finish`) runs beside the next.
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
  // Held no longer than its promise is: until it is taken.
  let behind: Chunk | undefined;
  const surroundings = { signal: stopping.signal, behind: () => behind };
  const settler = createChunkSettler(parts, options, surroundings);
  let loop: Promise<void> | undefined;

  const collect = async (): Promise<PreparedChunk<P> | undefined> => {
    behind = undefined;
    const chunk = await chunker.next();
    behind = chunk;
    return chunk && { chunk, prepared: prepare(options, chunk.messages) };
  };

  const finishOne = async (stored: StoredChunk, place: Place): Promise<boolean> => {
    const isSettled = await settler.finish(stored, place);
    for (const { queue, last } of isSettled ? stored.slices : []) {
      intake.settle(queue, last);
    }
    return isSettled;
  };

  // No closure here may hold the records: they are garbage once they are stored.
  const settleOne = (next: PreparedChunk<P>, place: Place): Promise<boolean> =>
    settler.store(next).then((stored) => (stored === undefined ? false : finishOne(stored, place)));

  const run = async (): Promise<void> => {
    const isMoreHere = (): boolean =>
      behind !== undefined || intake.queues().some((queue) => queue.rows() > 0);
    const line = createLine(options.maxInFlight ?? 1, isMoreHere);
    let next = collect();
    // A function of its own: a loop would hold the chunk before while it waits for the next.
    const settleNext = async (): Promise<boolean> => {
      const chunk = await next;
      // A stop may have cut off the chunk before: what is stored behind it would be out of order.
      if (chunk === undefined || stopping.signal.aborted) {
        return false;
      }
      next = collect();
      await line.add((place) => settleOne(chunk, place));
      return true;
    };
    while (await settleNext());
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
