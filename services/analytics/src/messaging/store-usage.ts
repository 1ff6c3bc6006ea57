import { usageEvent } from '@tokometrics/contracts';
import type { UsageEvent } from '@tokometrics/contracts';
import { jsonOf } from '@tokometrics/kit';
import type { ChunkResult, InMessage, ParkedMessage } from '@tokometrics/kit';
import { countsOf, countsOfParked } from '../domain/chunk-counts.ts';
import type { ChunkCounts, Fate } from '../domain/chunk-counts.ts';

export interface UsageDeps {
  readonly insert: (events: readonly UsageEvent[]) => Promise<void>;
  readonly count: (counts: readonly ChunkCounts[]) => void;
}

/** Stores what is a usage event; the same one twice is one row. What is none is parked. */
export async function storeUsage(
  { insert, count }: UsageDeps,
  messages: readonly InMessage[],
): Promise<Required<ChunkResult>> {
  const events = new Map<string, UsageEvent>();
  const fates = new Map<InMessage, Fate>();
  for (const message of messages) {
    const parsed = usageEvent.safeParse(jsonOf(message.value));
    if (parsed.success) {
      const key = rowKey(parsed.data);
      // One of an earlier chunk is the same row again, which the table keeps once: that is not seen here.
      fates.set(message, events.has(key) ? 'duplicate' : 'stored');
      events.set(key, parsed.data);
    } else {
      fates.set(message, 'dlq');
    }
  }
  await insert([...events.values()]);
  const counts = countsOf(messages, fates);
  return {
    isStored: events.size > 0,
    parked: messages.flatMap((message) =>
      fates.get(message) === 'dlq' ? [{ message, reason: 'schema' }] : [],
    ),
    // Once, when all of it is done: a chunk that is repeated would else be counted in parts.
    finish: () => {
      count(counts);
      return Promise.resolve();
    },
  };
}

/** Records that were refused one by one are in no chunk's counts. */
export function countRejectedUsage(
  { count }: Pick<UsageDeps, 'count'>,
  rejected: readonly ParkedMessage[],
): undefined {
  count(countsOfParked(rejected.map(({ message }) => message)));
}

/** As the table tells rows apart. */
const rowKey = ({ accountId, at, eventId }: UsageEvent): string => `${accountId}|${at}|${eventId}`;
