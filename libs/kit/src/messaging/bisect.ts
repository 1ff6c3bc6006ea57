import { isAboutRecord, isTransient, reasonOf } from './failures.ts';
import type { InMessage } from './messages.ts';
import type { ChunkResult, Finish, ParkedMessage } from './options.ts';
import { spread } from './spread.ts';

export interface Settled {
  /** What the handler named of the parts that were accepted. */
  readonly parked: readonly ParkedMessage[];
  /** What was rejected alone, in the order of the chunk. */
  readonly rejected: readonly ParkedMessage[];
  /** What is left to do for the parts that were accepted. */
  readonly finishes: readonly Finish[];
  /** False: every row was refused, which a store in trouble does as well as bad rows. */
  readonly isAnyAccepted: boolean;
}

export type Attempt = (messages: readonly InMessage[]) => Promise<ChunkResult | undefined>;

/** Nothing of a chunk was accepted: that is a broken store, a missing table or a bug, not bad rows. */
export class NothingAccepted extends Error {
  override readonly name = 'NothingAccepted';
  /** Every refusal named the record: no store in trouble speaks so. */
  readonly isAboutRecords: boolean;

  constructor(isAboutRecords: boolean, cause?: unknown) {
    super('no row of the chunk was accepted', cause === undefined ? undefined : { cause });
    this.isAboutRecords = isAboutRecords;
  }
}

/** So many rows rejected without one accepted: before more are believed bad, the store is doubted. */
export const SUSPICIOUS_ROWS = 16;

/**
 * Halves a rejected chunk down to the rows that are rejected alone, O(log n) attempts per such row,
 * so that one bad row never holds back its neighbours. Transient failures pass through.
 *
 * With a `round` it gives up a chunk of which neither the first rows nor those that the round spreads
 * over the rest are accepted. Without one the store is known to take rows, and nothing is given up.
 */
export async function settleByHalves(
  messages: readonly InMessage[],
  attempt: Attempt,
  round?: number,
): Promise<Settled> {
  let accepted = 0;
  let early: InMessage | undefined;
  const rejected = new Map<InMessage, string>();
  const parked: ParkedMessage[] = [];
  const finishes: Finish[] = [];
  let first: unknown;
  let isAboutRecords = true;

  const isAccepted = async (part: readonly InMessage[]): Promise<boolean> => {
    try {
      const result = await attempt(part);
      parked.push(...(result?.parked ?? []));
      finishes.push(...(result?.finish === undefined ? [] : [result.finish]));
      accepted += part.length;
      return true;
    } catch (error) {
      if (isTransient(error)) {
        throw error;
      }
      first ??= error;
      const [message] = part;
      if (message !== undefined && part.length === 1) {
        rejected.set(message, reasonOf(error));
        isAboutRecords &&= isAboutRecord(error);
      }
      return false;
    }
  };

  const probe = async (spreadBy: number): Promise<void> => {
    const rest = messages.filter((message) => !rejected.has(message));
    for (const message of spread(rest, spreadBy)) {
      if (await isAccepted([message])) {
        early = message;
        return;
      }
    }
    throw new NothingAccepted(isAboutRecords, first);
  };

  const visit = async (part: readonly InMessage[]): Promise<void> => {
    // What was asked ahead of its turn is settled: it is neither stored nor counted a second time.
    const open = part.filter((message) => message !== early && !rejected.has(message));
    if (open.length === 0 || (await isAccepted(open))) {
      return;
    }
    if (open.length > 1) {
      const middle = Math.ceil(open.length / 2);
      await visit(open.slice(0, middle));
      await visit(open.slice(middle));
    } else if (round !== undefined && accepted === 0 && rejected.size >= SUSPICIOUS_ROWS) {
      await probe(round);
    }
  };

  await visit(messages);
  const inOrder = messages.flatMap((message) => {
    const reason = rejected.get(message);
    return reason === undefined ? [] : [{ message, reason }];
  });
  return { parked, rejected: inOrder, finishes, isAnyAccepted: accepted > 0 };
}
