import type { BackfillDeps, BackfillPlan } from './backfill-plan.ts';
import { readRestless } from './read-run.ts';
import { startSliceRuns } from './slice-runs.ts';
import { createSliceTally } from './slice-tally.ts';
import type { SliceTally } from './slice-tally.ts';
import type { Slice } from './slices.ts';
import type { Lease } from './sync-cursor.ts';

export interface Work {
  readonly plan: BackfillPlan;
  readonly deps: BackfillDeps;
  readonly lease: Lease;
}

/**
 * Rows keep their places: slices are read beside each other, and a restart goes on at the page. The
 * cursor moves over them in their order; what was sent of the ones behind it is then sent once more.
 */
export async function readOrdered(work: Work, onSlice: () => Promise<void>): Promise<void> {
  const { plan, deps, lease } = work;
  let first: Slice | undefined;
  const beganS = deps.nowS();
  let savedS = beganS;
  const from = { plan, deps, state: lease.state };
  const runs = startSliceRuns(from, async ({ slice, tally }, listed, rows) => {
    const { nextToken } = listed;
    // The last page is saved together with its slice; between them a second is worth the write.
    if (slice === first && nextToken !== undefined && deps.nowS() !== savedS) {
      savedS = deps.nowS();
      const unmarkedSince = lease.state.unmarkedSince ?? beganS;
      await lease.save({ pageToken: nextToken, unmarkedSince, ...tally.sums(lease.state) });
    }
    deps.onProgress(rows);
  });
  try {
    for (let run = await runs.next(); run !== undefined; run = await runs.next()) {
      deps.signal.throwIfAborted();
      first = run.slice;
      const sent = await run.sent;
      if (!sent.ok) {
        throw sent.error;
      }
      await finish(work, run.slice, run.tally, (await run.nextWidthS) ?? lease.state.widthS);
      await onSlice();
    }
  } finally {
    await runs.end();
  }
}

/** Rows change places: read again until whole, and from the start of the slice after a restart. */
export async function readUnordered(work: Work, slice: Slice): Promise<void> {
  const { plan, deps, lease } = work;
  const tally = createSliceTally(plan);
  const ask = { priority: 'backfill', signal: deps.signal } as const;
  let rows = 0;
  await readRestless({
    ...{ pageSize: deps.pageSize, maxPages: deps.maxPages },
    readPage: (pageToken, pageSize) => plan.fetch(slice, { ...ask, pageToken, pageSize }),
    handle: async (page) => {
      const sent = await plan.send(page);
      tally.add(page, sent);
      rows += page.rows.length;
      await lease.save({ pageToken: null, ...tally.sums(lease.state) });
      deps.onProgress(sent);
    },
  });
  const width = slice.to - slice.from;
  await finish(work, slice, tally, plan.nextWidth(rows, deps.pageSize, width));
}

/** The slice's markers, and the cursor behind them, each after the one before was acknowledged. */
async function finish(
  { plan, deps, lease }: Work,
  slice: Slice,
  tally: SliceTally,
  widthS: number,
): Promise<void> {
  const isLast = slice.from <= lease.state.cut;
  for (const resource of plan.resources) {
    // A history that ends at the cut is whole: the last marker reaches down to the beginning of time.
    const from = isLast ? 0 : slice.from;
    await deps.sink.mark(
      { resource, axis: 'create', from, through: slice.to, records: tally.records(resource) },
      'backfill',
    );
  }
  const { done, dependents } = tally.sums(lease.state);
  await lease.save({
    ...{ cursor: slice.from, pageToken: null, unmarkedSince: null, widthS, error: null },
    ...{ done, doneBefore: done, dependents, dependentsBefore: dependents },
  });
  deps.onSlice();
}
