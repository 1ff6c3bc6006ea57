import { usageEvent } from '@tokometrics/contracts';
import type { UsageEvent } from '@tokometrics/contracts';
import { jsonOf } from '@tokometrics/kit';
import type { ChunkResult, InMessage, ParkedMessage } from '@tokometrics/kit';
import { countsOf } from '../domain/fates.ts';
import type { Fate, TopicCounts } from '../domain/fates.ts';
import type { SealedText, StoredUsage } from '../domain/stored-usage.ts';

export interface UsageDeps {
  /** Undefined: the account's key is gone, and with it the account. */
  readonly seal: (event: UsageEvent, text: string) => Promise<SealedText | undefined>;
  /** What is there already stays as it is. Answers the places of that. */
  readonly insert: (rows: readonly StoredUsage[]) => Promise<readonly number[]>;
  readonly count: (counts: readonly TopicCounts[]) => void;
}

const KEPT_MS = 90 * 86_400_000;

/** Seals and archives; what is no usage event is parked, what belongs to nobody any more is dropped. */
export async function storeUsage(
  deps: UsageDeps,
  messages: readonly InMessage[],
): Promise<Required<ChunkResult>> {
  const read = await Promise.all(
    messages.map(async (message) => ({ message, row: await rowOf(deps, message) })),
  );
  const fates = new Map<InMessage, Fate>();
  const rows: StoredUsage[] = [];
  const kept: InMessage[] = [];
  for (const { message, row } of read) {
    if (typeof row === 'string') {
      fates.set(message, row);
    } else {
      rows.push(row);
      kept.push(message);
    }
  }
  const known = new Set(await deps.insert(rows));
  kept.forEach((message, place) => {
    fates.set(message, known.has(place) ? 'duplicate' : 'stored');
  });
  const counts = countsOf(messages, fates);
  return {
    isStored: rows.length > 0,
    parked: messages.flatMap((message) =>
      fates.get(message) === 'parked' ? [{ message, reason: 'schema' }] : [],
    ),
    // Once, when all of it is done: a chunk that is repeated would else be counted in parts.
    finish: () => {
      deps.count(counts);
      return Promise.resolve();
    },
  };
}

/** Records that were refused one by one are in no chunk's counts. */
export function countRejectedUsage(
  { count }: Pick<UsageDeps, 'count'>,
  rejected: readonly ParkedMessage[],
): undefined {
  const messages = rejected.map(({ message }) => message);
  count(countsOf(messages, new Map(messages.map((message) => [message, 'parked']))));
}

async function rowOf(
  { seal }: Pick<UsageDeps, 'seal'>,
  message: InMessage,
): Promise<StoredUsage | 'parked' | 'fenced'> {
  const parsed = usageEvent.safeParse(jsonOf(message.value));
  if (!parsed.success) {
    return 'parked';
  }
  const { v: _v, network, at, ...event } = parsed.data;
  const sealedNetwork = await seal(parsed.data, network);
  const seenAt = new Date(at);
  const expireAt = new Date(seenAt.getTime() + KEPT_MS);
  return sealedNetwork === undefined ? 'fenced' : { ...event, at: seenAt, sealedNetwork, expireAt };
}
