import type { Finish, ParkedMessage } from '@tokometrics/kit';
import { countsOfParked } from '../domain/chunk-counts.ts';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { missingFact } from '../domain/read-fact.ts';
import { distinctScopes, includes, insertRows, raise, raisedBy } from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';

export interface RejectedDeps extends Pick<StoreDeps, 'guardedChunk' | 'insert' | 'raiseRevision'> {
  /** They are in no chunk's counts. */
  readonly noteRejected: (counts: readonly ChunkCounts[]) => void;
}

/**
 * Records that the store refused one by one. What is missing for want of them is noted before a marker
 * behind them is heard, so that no range is complete without its gaps.
 */
export function storeRejected(
  deps: RejectedDeps,
  rejected: readonly ParkedMessage[],
): Finish | undefined {
  deps.noteRejected(countsOfParked(rejected.map(({ message }) => message)));
  const gaps = rejected.flatMap(({ message }) => missingFact(message) ?? []);
  if (gaps.length === 0) {
    return undefined;
  }
  return async () => {
    const { fenced } = await deps.guardedChunk(distinctScopes(gaps), async (open) => {
      const isOpen = includes(open);
      await insertRows(
        deps,
        gaps.filter(({ scope }) => isOpen(scope)),
      );
    });
    const isFenced = includes(fenced);
    await raise(deps, raisedBy(gaps.filter(({ scope }) => !isFenced(scope))));
  };
}
