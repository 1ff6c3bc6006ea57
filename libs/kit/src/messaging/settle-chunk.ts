import { runInOriginOf, runInTraces } from '../tracing.ts';
import { createRounds, isOwned } from './attempt-chunk.ts';
import type { PreparedChunk, Surroundings } from './attempt-chunk.ts';
import { backoffMs, pauseFor, untilDone } from './backoff.ts';
import { NothingAccepted } from './bisect.ts';
import type { Chunk } from './chunker.ts';
import type { ConsumerParts } from './consumer.ts';
import { isTransient, reasonOf, toReason } from './failures.ts';
import { turnOf } from './line.ts';
import type { Place } from './line.ts';
import type {
  Finish,
  FinishControl,
  ParkedMessage,
  PreparingBatchConsumerOptions,
} from './options.ts';
import { toDeadLetter } from './retry-ladder.ts';
import { sendLetters } from './send-letters.ts';

/** What is kept of a chunk whose records are stored, or acknowledged by the dead letters. */
export interface StoredChunk {
  readonly slices: Chunk['slices'];
  readonly accepted: number;
  readonly finishes: readonly Finish[];
  readonly startedAt: number;
}

/** Both answer nothing or false where the chunk was given up: its partitions went, or we stop. */
export interface ChunkSettler<P> {
  store(next: PreparedChunk<P>): Promise<StoredChunk | undefined>;
  finish(stored: StoredChunk, place: Place): Promise<boolean>;
}

type Sliced = Pick<Chunk, 'slices'>;
const isLost = ({ slices }: Sliced): boolean => slices.every(({ queue }) => !queue.live);

export function createChunkSettler<P>(
  parts: ConsumerParts,
  options: PreparingBatchConsumerOptions<P>,
  surroundings: Surroundings,
): ChunkSettler<P> {
  const { group } = options;
  const { signal } = surroundings;
  const reportStore = (error: unknown, attempt: number): void => {
    const isRefused = error instanceof NothingAccepted || !isTransient(error);
    const text = isRefused ? 'no row of a chunk is accepted' : 'chunk not stored yet';
    reportRetry(parts, group, text, error, attempt);
  };
  const reportFinish = (error: unknown, attempt: number): void => {
    reportRetry(parts, group, 'chunk stored, but not finished yet', error, attempt);
  };

  const untilGivenUp = async <T>(
    chunk: Sliced,
    step: () => Promise<T>,
    report: (error: unknown, attempt: number) => void,
  ): Promise<T | undefined> => {
    for (let attempt = 0; !isLost(chunk); attempt += 1) {
      try {
        return await step();
      } catch (error) {
        report(error, attempt);
        await pauseFor(50 + backoffMs(attempt, 100, 10_000), signal);
        if (signal.aborted) {
          return undefined;
        }
      }
    }
    return undefined;
  };

  /** Parts of a halved chunk in their order: what one says is complete takes in those before it. */
  const finishAll = async (stored: StoredChunk, control: FinishControl): Promise<boolean> => {
    for (const finish of stored.finishes) {
      const finishOnce = async (): Promise<true> => {
        await runInOriginOf(finish, () => finish(control));
        return true;
      };
      if ((await untilGivenUp(stored, finishOnce, reportFinish)) === undefined) {
        return false;
      }
    }
    return true;
  };

  return {
    store: async (next) => {
      const startedAt = performance.now();
      const { chunk } = next;
      const attemptRound = createRounds(options, next, surroundings);
      const attemptOnce = async (): Promise<StoredChunk | undefined> => {
        const { parked, rejected, finishes } = await runInTraces(
          chunk.messages.map(({ headers }) => headers),
          { name: 'chunk process', attributes: describe(chunk, group) },
          attemptRound,
        );
        const all = [...parked, ...rejected];
        if (!(await parkAll(parts, options, all, { signal, report: reportStore }))) {
          return undefined;
        }
        const first = tellRejected(parts, options, rejected);
        const accepted = chunk.messages.length - all.length;
        return { slices: chunk.slices, accepted, finishes: [...first, ...finishes], startedAt };
      };
      return untilGivenUp(chunk, attemptOnce, reportStore);
    },
    finish: async (stored, { letNext, isFollowed, whenBefore }) => {
      const turn = () => turnOf(whenBefore, () => signal.aborted || !isOwned(stored));
      const control = { isFollowed, turn };
      const running = finishAll(stored, control);
      letNext();
      if (!(await running)) {
        return false;
      }
      parts.metrics.settled(group, 'done', 'none', stored.accepted);
      parts.metrics.handled(group, performance.now() - stored.startedAt);
      return true;
    },
  };
}

/** False when it was broken off before the dead letters had all of them. */
async function parkAll<P>(
  parts: ConsumerParts,
  { group, parkBody }: PreparingBatchConsumerOptions<P>,
  parked: readonly ParkedMessage[],
  { signal, report }: { signal: AbortSignal; report: (error: unknown, attempt: number) => void },
): Promise<boolean> {
  if (parked.length === 0) {
    return true;
  }
  const sent = await untilDone(
    signal,
    async () => {
      const letters = await Promise.all(
        parked.map(({ message, reason }) => toDeadLetter(group, message, reason, parkBody)),
      );
      await sendLetters(parts.sender, letters);
      return true;
    },
    report,
  );
  for (const { reason } of sent === undefined ? [] : parked) {
    parts.metrics.settled(group, 'park', toReason(reason), 1);
  }
  return sent !== undefined;
}

/** The letters are sent: whatever becomes of the call, they must not be sent again. */
function tellRejected<P>(
  { log }: ConsumerParts,
  options: PreparingBatchConsumerOptions<P>,
  rejected: readonly ParkedMessage[],
): Finish[] {
  if (rejected.length === 0) {
    return [];
  }
  try {
    const left = options.onRejected?.(rejected);
    return left === undefined ? [] : [left];
  } catch (error) {
    log.error({ err: error, group: options.group }, 'rejected records are parked, but not counted');
    return [];
  }
}

function reportRetry(
  parts: ConsumerParts,
  group: string,
  text: string,
  error: unknown,
  attempt: number,
): void {
  parts.metrics.chunkRetried(group, reasonOf(error));
  if (attempt % 10 === 0) {
    const level = error instanceof NothingAccepted || !isTransient(error) ? 'error' : 'warn';
    parts.log[level]({ err: error, group }, `${text}; it is retried`);
  }
}

function describe({ messages }: Chunk, group: string): Record<string, string | number> {
  return {
    'messaging.system': 'kafka',
    'messaging.consumer.group.name': group,
    'messaging.batch.message_count': messages.length,
  };
}
