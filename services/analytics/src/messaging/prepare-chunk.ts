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

/** Reads, checks and encodes a chunk while the chunk before is still being written. */
export function prepareChunk(deps: PrepareDeps, messages: readonly InMessage[]): Prepared[] {
  const { isFenced, validators } = deps;
  const cutoff = deps.cutoff();
  return messages.map((message) => ({
    message,
    reading: readFact({ isFenced, validators, cutoff }, message),
  }));
}
