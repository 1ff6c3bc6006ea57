import { isAboutRecord, isTransient, reasonOf } from './failures.ts';
import type { InMessage } from './messages.ts';
import type { ChunkResult, Finish, ParkedMessage } from './options.ts';
import { spread } from './spread.ts';

export interface Settled {
  /** What the handler named of the parts that were accepted. */
  readonly parked: readonly ParkedMessage[];
  /** What was rejected alone, in the order of the chunk. */
  readonly rejected: readonly ParkedMessage[];
  /** What is left to do for the parts that were accepted, in an order in which no part goes before what lies before it. */
  readonly finishes: readonly Finish[];
}

export type Attempt = (messages: readonly InMessage[]) => Promise<ChunkResult | undefined>;

/**
 * Rows of a chunk were refused and the store took none: that may be a broken store, a missing table or a
 * bug as well as bad rows.
 */
export class NothingAccepted extends Error {
  override readonly name = 'NothingAccepted';
  /** Rows that were asked for alone. */
  readonly refused: number;
  /** Every refusal named the record: no store in trouble speaks so. */
  readonly isAboutRecords: boolean;

  constructor(refused: number, isAboutRecords: boolean, cause: unknown) {
    super('no row of the chunk was accepted', { cause });
    this.refused = refused;
    this.isAboutRecords = isAboutRecords;
  }
}

/** A marker, or a record that is known or fenced, is settled without the store: it proves nothing of it. */
export const isProof = (result: ChunkResult | undefined): boolean => result?.isStored !== false;

/** So many rows rejected without one accepted: before more are believed bad, the store is doubted. */
export const SUSPICIOUS_ROWS = 16;

/**
 * Halves a rejected chunk down to the rows that are rejected alone, O(log n) attempts per such row,
 * so that one bad row never holds back its neighbours. Transient failures pass through.
 *
 * With a `round` it gives up a chunk of which the store takes neither the first rows nor those that the
 * round spreads over the rest. Without one the store is known to take rows, and nothing is given up.
 */
export async function settleByHalves(
  messages: readonly InMessage[],
  attempt: Attempt,
  round?: number,
): Promise<Settled> {
  let proofs = 0;
  let early: InMessage | undefined;
  const rejected = new Map<InMessage, string>();
  const parked: ParkedMessage[] = [];
  const finishes: Finish[] = [];
  let first: unknown;
  let isAboutRecords = true;

  const accept = (result: ChunkResult | undefined): void => {
    parked.push(...(result?.parked ?? []));
    finishes.push(...(result?.finish === undefined ? [] : [result.finish]));
    proofs += isProof(result) ? 1 : 0;
  };

  /** Undefined where it is refused. */
  const ask = async (
    part: readonly InMessage[],
  ): Promise<{ readonly result: ChunkResult | undefined } | undefined> => {
    try {
      return { result: await attempt(part) };
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
      return undefined;
    }
  };

  const giveUp = (): never => {
    throw new NothingAccepted(rejected.size, isAboutRecords, first);
  };

  // What proves nothing is asked for again in its turn: a marker must not be told before the rows before it.
  const probe = async (spreadBy: number): Promise<void> => {
    const rest = messages.filter((message) => !rejected.has(message));
    for (const message of spread(rest, spreadBy)) {
      const answer = await ask([message]);
      if (answer !== undefined && isProof(answer.result)) {
        accept(answer.result);
        early = message;
        return;
      }
    }
    giveUp();
  };

  const visit = async (part: readonly InMessage[]): Promise<void> => {
    // What was asked ahead of its turn is settled: it is neither stored nor counted a second time.
    const open = part.filter((message) => message !== early && !rejected.has(message));
    if (open.length === 0) {
      return;
    }
    const answer = await ask(open);
    if (answer !== undefined) {
      accept(answer.result);
    } else if (open.length > 1) {
      const middle = Math.ceil(open.length / 2);
      await visit(open.slice(0, middle));
      await visit(open.slice(middle));
    } else if (round !== undefined && proofs === 0 && rejected.size >= SUSPICIOUS_ROWS) {
      await probe(round);
    }
  };

  await visit(messages);
  if (round !== undefined && proofs === 0 && rejected.size > 0) {
    giveUp();
  }
  const inOrder = messages.flatMap((message) => {
    const reason = rejected.get(message);
    return reason === undefined ? [] : [{ message, reason }];
  });
  return { parked, rejected: inOrder, finishes };
}
