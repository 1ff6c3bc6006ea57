import { randomUUID } from 'node:crypto';
import { AppError } from '../errors.ts';
import { atMost } from './backoff.ts';
import type { InMessage } from './messages.ts';
import type { KafkaAdmin, TopicStart } from './options.ts';
import { isEmpty, readUpTo } from './read-up-to.ts';
import type { Span } from './read-up-to.ts';
import type { TailParts } from './tail.ts';

type Ranging = Pick<KafkaAdmin, 'topicOffsets' | 'deleteGroups'>;

/**
 * Every record from these starts to the present ends, or until `isEnough`. It costs a join of a group of
 * its own, once for all the topics, and none where nothing was written.
 */
export async function readRange(
  parts: Pick<TailParts, 'client' | 'naming' | 'log'>,
  admin: Ranging,
  starts: readonly TopicStart[],
  isEnough: (message: InMessage) => Promise<boolean> | boolean,
): Promise<void> {
  const found = await Promise.all(starts.map((start) => spansOf(admin, start)));
  const spans = found.filter((ofTopic) => !ofTopic.every(isEmpty)).flat();
  if (spans.length === 0) {
    return;
  }
  const group = `read-${randomUUID()}`;
  try {
    await readUpTo(parts, {
      topicOffsets: (of) => admin.topicOffsets(of),
      ...{ group, spans, signal: new AbortController().signal, place: 'spans' },
      onBatch: async (messages) => {
        for (const message of messages) {
          if (await isEnough(message)) {
            return true;
          }
        }
        return false;
      },
      whenShared: () => new AppError('internal', 'a group of its own is shared'),
    });
  } finally {
    // The group served this reading alone; one left behind would only be clutter.
    await atMost(2_000, admin.deleteGroups([group]));
  }
}

/** Retention may have passed a start, and a topic may have more partitions by now. */
async function spansOf(admin: Ranging, { topic, from }: TopicStart): Promise<readonly Span[]> {
  const offsets = await admin.topicOffsets(topic);
  return offsets.map(({ partition, low, high }) => {
    const [first, end] = [BigInt(low), BigInt(high)];
    const start = BigInt(from[partition] ?? low);
    // One that lies behind the end is of a log that is gone: all of this one is read.
    return { topic, partition, from: start < first || start > end ? first : start, end };
  });
}
