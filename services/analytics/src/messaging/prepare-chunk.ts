import { setImmediate } from 'node:timers/promises';
import type { InMessage } from '@tokometrics/kit';
import { readFact } from '../domain/read-fact.ts';
import type { FactValidators, Reading } from '../domain/read-fact.ts';

export interface Prepared {
  readonly message: InMessage;
  readonly reading: Reading;
}

export interface PrepareDeps {
  readonly isFenced: (shopKey: string, epoch: number) => boolean;
  readonly validators: FactValidators;
  readonly cutoff: () => string;
}

/** So many are read before whatever else waits has its turn: a few milliseconds. */
const AT_ONCE = 200;

/** Reads, checks and encodes a chunk while the chunk before is still being written. */
export async function prepareChunk(
  deps: PrepareDeps,
  messages: readonly InMessage[],
): Promise<Prepared[]> {
  const { isFenced, validators } = deps;
  const cutoff = deps.cutoff();
  const prepared: Prepared[] = [];
  for (const message of messages) {
    prepared.push({ message, reading: readFact({ isFenced, validators, cutoff }, message) });
    // The writing of the chunk before is answered meanwhile; its next statement must not wait for us.
    if (prepared.length % AT_ONCE === 0) {
      await setImmediate();
    }
  }
  return prepared;
}
