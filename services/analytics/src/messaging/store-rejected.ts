import type { Finish, ParkedMessage } from '@tokometrics/kit';
import { countsOfParked } from '../domain/chunk-counts.ts';
import { entitiesOf } from '../domain/chunk-entities.ts';
import { missingFact } from '../domain/read-fact.ts';
import type { ReadDeps } from '../domain/read-fact.ts';
import {
  changesOf,
  closeGapsOf,
  distinctScopes,
  includes,
  insertRows,
  invalidate,
  raise,
  raisedBy,
} from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';

export type RejectedDeps = Pick<
  StoreDeps,
  'guardedChunk' | 'insert' | 'raiseRevision' | 'closeGaps' | 'noteChunk' | 'invalidate'
> &
  Pick<ReadDeps, 'validators'>;

/**
 * Records that the store refused one by one: they are in no chunk's counts. What is missing for want of
 * them is noted before a marker behind them is heard, so that no range is complete without its gaps.
 */
export function storeRejected(deps: RejectedDeps, rejected: readonly ParkedMessage[]): Finish {
  const counts = countsOfParked(rejected.map(({ message }) => message));
  const gaps = rejected.flatMap(({ message }) => missingFact(deps, message) ?? []);
  return async () => {
    const { fenced } = await deps.guardedChunk(distinctScopes(gaps), async (open) => {
      const isOpen = includes(open);
      await insertRows(
        deps,
        gaps.filter(({ scope }) => isOpen(scope)),
      );
    });
    const isFenced = includes(fenced);
    const noted = gaps.filter(({ scope }) => !isFenced(scope));
    const raised = await raise(deps, raisedBy(noted));
    // The entity may have come otherwise meanwhile, in a version that closes what is noted only now.
    await closeGapsOf(deps, raised.gapped, entitiesOf(noted));
    invalidate(deps, changesOf(noted), raised.fenced);
    await deps.noteChunk(counts);
  };
}
