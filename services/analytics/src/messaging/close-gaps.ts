import type { Resource } from '@tokometrics/contracts';
import { isNothingDirty } from '../domain/dirty-buckets.ts';
import { closedGapRow } from '../domain/fact-rows.ts';
import { dirtyOfMended } from '../domain/mended-gap.ts';
import type { MendedGap } from '../domain/mended-gap.ts';
import { NO_PATIENCE } from '../domain/pass-lane.ts';
import type { Scope } from '../domain/read-fact.ts';
import { distinctScopes, includes, raise } from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';

export interface CloseGapsDeps extends Pick<
  StoreDeps,
  'guardedChunk' | 'insert' | 'reroll' | 'raiseRevision'
> {
  /** So many at once as it sees fit; none: nothing that was missing has come. */
  readonly mendedGaps: (
    resource: Resource,
    scopes: readonly Scope[],
  ) => Promise<readonly MendedGap[]>;
}

/**
 * Closes what is missing no more, in this order:
 * 1. the rows are seen in the base tables;
 * 2. a pass that begins later rolls their days: whatever wrote the rows, and whichever pass was under way
 *    meanwhile, the rollups have them then;
 * 3. the revision, so that no figure from before is shown beside the next step;
 * 4. the gaps are closed, and the revision says so.
 * Nothing here is a matter of time, so no store is too slow for it. The same again does no harm.
 */
export async function closeGaps(
  deps: CloseGapsDeps,
  resource: Resource,
  gapped: readonly Scope[],
): Promise<void> {
  let scopes = gapped;
  while (scopes.length > 0) {
    const mended = await deps.mendedGaps(resource, scopes);
    if (mended.length === 0) {
      return;
    }
    const isFenced = includes(await closeThem(deps, mended));
    scopes = scopes.filter((scope) => !isFenced(scope));
  }
}

/** Answers with connections that are closed by now: their gaps stay as they are, until the erasure. */
async function closeThem(
  deps: CloseGapsDeps,
  mended: readonly MendedGap[],
): Promise<readonly Scope[]> {
  const dirty = dirtyOfMended(mended);
  if (!isNothingDirty(dirty)) {
    await deps.reroll(dirty, NO_PATIENCE);
  }
  const concerned = distinctScopes(mended);
  await raise(deps, concerned);
  const { fenced } = await deps.guardedChunk(concerned, async (open) => {
    const isOpen = includes(open);
    const lines = mended.filter(({ scope }) => isOpen(scope)).map(closedGapRow);
    await deps.insert('gaps', lines);
  });
  await raise(deps, concerned);
  return fenced;
}
