import type { Finish, ParkedMessage } from '@tokometrics/kit';
import { countsOfParked } from '../domain/chunk-counts.ts';
import { missingFact } from '../domain/read-fact.ts';
import {
  closeGapsOf,
  distinctScopes,
  includes,
  insertRows,
  raise,
  raisedBy,
} from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';

export type RejectedDeps = Pick<
  StoreDeps,
  'guardedChunk' | 'insert' | 'raiseRevision' | 'closeGaps' | 'noteChunk'
>;

/**
 * Records that the store refused one by one: they are in no chunk's counts. What is missing for want of
 * them is noted before a marker behind them is heard, so that no range is complete without its gaps.
 */
export function storeRejected(deps: RejectedDeps, rejected: readonly ParkedMessage[]): Finish {
  const counts = countsOfParked(rejected.map(({ message }) => message));
  const gaps = rejected.flatMap(({ message }) => missingFact(message) ?? []);
  return async () => {
    const { fenced } = await deps.guardedChunk(distinctScopes(gaps), async (open) => {
      const isOpen = includes(open);
      await insertRows(
        deps,
        gaps.filter(({ scope }) => isOpen(scope)),
      );
    });
    const isFenced = includes(fenced);
    const raised = await raise(deps, raisedBy(gaps.filter(({ scope }) => !isFenced(scope))));
    const resources = gaps.map(({ resource }) => resource);
    // The entity may have come otherwise meanwhile, in a version that closes what is noted only now.
    await closeGapsOf(deps, raised.gapped, [{ resources }]);
    await deps.noteChunk(counts);
  };
}
