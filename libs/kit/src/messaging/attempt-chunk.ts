import { markOrigin } from '../tracing.ts';
import { isProof, NothingAccepted, settleByHalves, SUSPICIOUS_ROWS } from './bisect.ts';
import type { Attempt, Settled } from './bisect.ts';
import type { Chunk } from './chunker.ts';
import { isTransient } from './failures.ts';
import type { InMessage } from './messages.ts';
import type { PreparingBatchConsumerOptions } from './options.ts';
import { spread } from './spread.ts';

export interface PreparedChunk<P> {
  readonly chunk: Chunk;
  /** Settled either way: a rejection is handled when the chunk's turn comes. */
  readonly prepared: Promise<PromiseSettledResult<P>>;
}

export interface Surroundings {
  readonly signal: AbortSignal;
  /** The chunk that is collected and waits for this one; undefined: nothing waits. */
  readonly behind: () => Chunk | undefined;
}

export const isOwned = ({ slices }: Pick<Chunk, 'slices'>): boolean =>
  slices.every(({ queue }) => queue.live);

const generationsOf =
  ({ slices }: Chunk) =>
  (topic: string, partition: number): number | undefined =>
    slices.find(({ queue }) => queue.topic === topic && queue.partition === partition)?.queue
      .generation;

// Rounds that refuse every row before it is believed of the rows: the store has about a second to recover.
const PATIENT_ROUNDS = 3;

/**
 * The rounds of one chunk, each asked for anew. A round throws while rows are refused, the store takes
 * none, and that may be its fault. It is the rows' fault, and they are parked, when after three such rounds
 * - fewer than SUSPICIOUS_ROWS are refused, or
 * - every refusal names the record (`isAboutRecord`), or
 * - the store takes a row of the chunk behind, so that it works, and something good waits.
 * Otherwise nothing tells a store that refuses all from rows that are all bad, and nothing is parked.
 */
export function createRounds<P>(
  options: PreparingBatchConsumerOptions<P>,
  { chunk, prepared }: PreparedChunk<P>,
  { signal, behind }: Surroundings,
): () => Promise<Settled> {
  let refusals = 0;
  let isOfRows = false;

  const askFor = async (of: Chunk): Promise<Attempt> => {
    const whole = of === chunk ? await prepared : undefined;
    return async (messages) => {
      const isWhole = messages.length === of.messages.length;
      // A transient failure to prepare the whole is prepared anew, like every half.
      const ready =
        isWhole && whole?.status === 'fulfilled' ? whole : await prepare(options, messages);
      if (ready.status === 'rejected') {
        throw ready.reason;
      }
      const isOwner = (): boolean => isOwned(of);
      const control = { prepared: ready.value, signal, isOwner, generationOf: generationsOf(of) };
      const result = await options.onChunk(messages, control);
      if (result?.finish !== undefined) {
        markOrigin(result.finish);
      }
      return result;
    };
  };

  // What is left of the row (`finish`) is dropped: it comes again, in its own chunk, and is stored again.
  const isBehindTaken = async (): Promise<boolean> => {
    const next = behind();
    return (
      next !== undefined &&
      isOwned(next) &&
      isAnyTaken(spread(next.messages, 0), await askFor(next))
    );
  };

  return async () => {
    const ask = await askFor(chunk);
    const isBelieved = refusals >= PATIENT_ROUNDS && (isOfRows || (await isBehindTaken()));
    try {
      return await settleByHalves(chunk.messages, ask, isBelieved ? undefined : refusals);
    } catch (error) {
      if (error instanceof NothingAccepted) {
        refusals += 1;
        isOfRows = error.refused < SUSPICIOUS_ROWS || error.isAboutRecords;
      }
      throw error;
    }
  };
}

async function isAnyTaken(rows: readonly InMessage[], ask: Attempt): Promise<boolean> {
  for (const row of rows) {
    try {
      if (isProof(await ask([row]))) {
        return true;
      }
    } catch (error) {
      if (isTransient(error)) {
        throw error;
      }
    }
  }
  return false;
}

export async function prepare<P>(
  options: PreparingBatchConsumerOptions<P>,
  messages: readonly InMessage[],
): Promise<PromiseSettledResult<P>> {
  try {
    return { status: 'fulfilled', value: await options.prepare(messages) };
  } catch (reason) {
    return { status: 'rejected', reason };
  }
}
