import { isTransient, reasonOf } from './failures.ts';
import type { InMessage } from './messages.ts';
import type { ChunkResult, Finish, ParkedMessage } from './options.ts';

export interface Settled {
  readonly parked: readonly ParkedMessage[];
  /** What is left to do for the parts that were accepted. */
  readonly finishes: readonly Finish[];
  /** False: every row was refused, which a store in trouble does as well as bad rows. */
  readonly isAnyAccepted: boolean;
}

export type Attempt = (messages: readonly InMessage[]) => Promise<ChunkResult | undefined>;

/** Nothing of a chunk was accepted: that is a broken store, a missing table or a bug, not bad rows. */
export class NothingAccepted extends Error {
  override readonly name = 'NothingAccepted';
}

// More rejected rows than this without one accepted: stop looking for the bad ones.
const SUSPICIOUS_ROWS = 16;

/**
 * Halves a rejected chunk down to the rows that are rejected alone, O(log n) attempts per such row,
 * so that one bad row never holds back its neighbours. Transient failures pass through.
 */
export async function settleByHalves(
  messages: readonly InMessage[],
  attempt: Attempt,
): Promise<Settled> {
  let accepted = 0;
  const rejected: ParkedMessage[] = [];
  const parked: ParkedMessage[] = [];
  const finishes: Finish[] = [];
  let first: unknown;

  const visit = async (part: readonly InMessage[]): Promise<void> => {
    try {
      const result = await attempt(part);
      parked.push(...(result?.parked ?? []));
      finishes.push(...(result?.finish === undefined ? [] : [result.finish]));
      accepted += part.length;
    } catch (error) {
      if (isTransient(error)) {
        throw error;
      }
      first ??= error;
      const [message] = part;
      if (part.length > 1) {
        const middle = Math.ceil(part.length / 2);
        await visit(part.slice(0, middle));
        await visit(part.slice(middle));
      } else if (message !== undefined) {
        rejected.push({ message, reason: reasonOf(error) });
        if (accepted === 0 && rejected.length >= SUSPICIOUS_ROWS) {
          throw new NothingAccepted('no row of the chunk was accepted', { cause: first });
        }
      }
    }
  };

  await visit(messages);
  return { parked: [...parked, ...rejected], finishes, isAnyAccepted: accepted > 0 };
}
