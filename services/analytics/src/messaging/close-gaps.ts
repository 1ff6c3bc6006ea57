import type { Resource } from '@tokometrics/contracts';
import { stillMissing } from '../domain/chunk-entities.ts';
import type { ChunkEntities, Versions } from '../domain/chunk-entities.ts';
import { isNothingDirty } from '../domain/dirty-buckets.ts';
import type { DirtyBuckets } from '../domain/dirty-buckets.ts';
import { closedGapRow } from '../domain/fact-rows.ts';
import { dirtyOfArrived, entityKey, mendedBy } from '../domain/mended-gap.ts';
import type { Arrived, Entity, MendedGap, Missing } from '../domain/mended-gap.ts';
import { distinctScopes, includes, raise } from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';

export interface CloseGapsDeps extends Pick<
  StoreDeps,
  'guardedChunk' | 'insert' | 'raiseRevision'
> {
  /** Which of these entities have a gap that is open. Looks at gaps alone. */
  readonly openGaps: (
    resource: Resource,
    entities: readonly Entity[],
  ) => Promise<readonly Missing[]>;
  /** The newest row of each of these entities that has one; of these days alone, as the gaps tell them. */
  readonly arrived: (
    resource: Resource,
    missing: readonly Missing[],
  ) => Promise<readonly Arrived[]>;
  /** Resolves when these days are rolled, by passes that begin later. Live traffic does not wait for them. */
  readonly rollEarlier: (dirty: DirtyBuckets) => Promise<void>;
}

/**
 * Closes what is missing no more, behind the chunk's own pass and revision:
 * 1. gaps of entities of which the chunk has written a row that is as new. Its pass began behind its rows, so
 *    figures have them, and its revision keeps figures from before from being shown beside the next step;
 * 2. of the gaps that the chunk has written itself those whose row had come already, by whichever writer.
 *    Nobody knows whether a pass has seen that row: its days are rolled once more, and the revision is raised.
 * Of a row and a gap that come at the same moment one of the two chunks sees the other: both write first and
 * look afterwards, so whoever looks later finds what the other has written. Nothing here is a matter of time,
 * so no store is too slow for it. The same again does no harm, and a chunk that dies on the way comes again.
 */
export async function closeGaps(deps: CloseGapsDeps, chunk: ChunkEntities): Promise<void> {
  for (const written of chunk.rows) {
    await closeOwn(deps, written);
  }
  for (const noted of stillMissing(chunk)) {
    await closeEarlier(deps, noted);
  }
}

async function closeOwn(deps: CloseGapsDeps, { resource, entities }: Versions): Promise<void> {
  const missing = await deps.openGaps(resource, entities);
  await close(deps, mendedBy(resource, missing, entities));
}

async function closeEarlier(deps: CloseGapsDeps, { resource, entities }: Versions): Promise<void> {
  const missing = await deps.openGaps(resource, entities);
  const rows = missing.length === 0 ? [] : await deps.arrived(resource, missing);
  const mended = mendedBy(resource, missing, rows);
  if (mended.length === 0) {
    return;
  }
  const keys = new Set(mended.map(entityKey));
  const dirty = dirtyOfArrived(
    resource,
    rows.filter((row) => keys.has(entityKey(row))),
  );
  if (!isNothingDirty(dirty)) {
    await deps.rollEarlier(dirty);
  }
  await raise(deps, distinctScopes(mended));
  await close(deps, mended);
}

/** Gaps of connections that are closed by now stay as they are, until the erasure. */
async function close(deps: CloseGapsDeps, mended: readonly MendedGap[]): Promise<void> {
  if (mended.length === 0) {
    return;
  }
  const concerned = distinctScopes(mended);
  await deps.guardedChunk(concerned, async (open) => {
    const isOpen = includes(open);
    const lines = mended.filter(({ scope }) => isOpen(scope)).map(closedGapRow);
    await deps.insert('gaps', lines);
  });
  await raise(deps, concerned);
}
