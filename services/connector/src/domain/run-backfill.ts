import type { BackfillDeps, BackfillPlan } from './backfill-plan.ts';
import { EndlessPages } from './page-guard.ts';
import { readOrdered, readUnordered } from './read-slice.ts';
import type { Work } from './read-slice.ts';
import { settle } from './settle.ts';
import { nextSlice } from './slices.ts';
import { SENT_AGAIN_AFTER_S } from './sync-cursor.ts';
import type { CursorState, Lease } from './sync-cursor.ts';
import { TikTokFault } from './tiktok-fault.ts';

const MIN_WIDTH_S = 60;

/**
 * Reads the history from the newest slice to the cut. Resolves when it is whole; resumable anywhere. While
 * it is held no slice begins, and those that have begun end with their markers: half of one would be read
 * again, or its first pages grow too old for its marker.
 */
export async function runBackfill(
  plan: BackfillPlan,
  deps: BackfillDeps,
  lease: Lease,
): Promise<void> {
  for (;;) {
    await deps.whenFree();
    deps.signal.throwIfAborted();
    await goBackIfForgotten(lease, deps.nowS());
    const { cursor, widthS, cut, pageToken } = lease.state;
    const slice = nextSlice(cursor, widthS, cut);
    if (slice === undefined) {
      return;
    }
    const work = { plan, deps, lease };
    const count = () => countOnce(work);
    const read = plan.isOrdered ? readOrdered(work, count) : readUnordered(work, slice).then(count);
    const came = await settle(read);
    if (!came.ok) {
      await recover(came.error, lease, pageToken);
    }
  }
}

/** A slice whose first pages were sent too long ago for its marker to speak of them begins anew. */
async function goBackIfForgotten(lease: Lease, nowS: number): Promise<void> {
  const { pageToken, unmarkedSince } = lease.state;
  const isForgotten = nowS - (unmarkedSince ?? 0) >= SENT_AGAIN_AFTER_S;
  if (pageToken !== null && isForgotten) {
    await lease.save(fromSliceStart(lease));
  }
}

/** Not before the first slice: figures of today are worth more than a percentage. */
async function countOnce({ plan, deps, lease }: Work): Promise<void> {
  if (plan.countsRows && lease.state.total === null) {
    await lease.save({ total: await countRows(plan, deps, lease) });
  }
}

/**
 * Two failures are cured by reading the slice otherwise; all else is for the caller. `resumedAt`: the
 * token that this reading began with.
 */
async function recover(error: unknown, lease: Lease, resumedAt: string | null): Promise<void> {
  const kind = error instanceof TikTokFault ? error.kind : undefined;
  const { widthS, pageToken } = lease.state;
  if (kind === 'narrow_window' && widthS > MIN_WIDTH_S) {
    const half = Math.max(MIN_WIDTH_S, Math.floor(widthS / 2));
    await lease.save({ widthS: half, ...fromSliceStart(lease) });
    return;
  }
  if (kind === 'bug' && pageToken !== null && pageToken === resumedAt) {
    // A token kept from before a restart may no longer be good: the slice begins anew.
    await lease.save(fromSliceStart(lease));
    return;
  }
  if (error instanceof EndlessPages) {
    // Its next try is a new run: what was read of this one would be counted again and again.
    await lease.save(fromSliceStart(lease));
  }
  throw error;
}

function fromSliceStart({ state }: Lease): Partial<CursorState> {
  const { doneBefore: done, dependentsBefore: dependents } = state;
  return { pageToken: null, unmarkedSince: null, done, dependents };
}

async function countRows(
  plan: BackfillPlan,
  deps: BackfillDeps,
  lease: Lease,
): Promise<number | null> {
  const { cursor, cut, done } = lease.state;
  if (cursor <= cut) {
    return done;
  }
  const page = await settle(
    plan.fetch(
      { from: cut, to: cursor },
      { pageSize: 1, pageToken: undefined, priority: 'backfill', signal: deps.signal },
    ),
  );
  if (page.ok) {
    return page.value.totalCount === undefined ? null : done + page.value.totalCount;
  }
  if (isTooMuch(page.error)) {
    return null; // more than the platform counts: a percentage is all that is lost
  }
  throw page.error;
}

function isTooMuch(error: unknown): boolean {
  return error instanceof TikTokFault && ['narrow_window', 'smaller_page'].includes(error.kind);
}
