import type { Resource } from '@tokometrics/contracts';
import type { BackfillDeps, BackfillPlan } from './backfill-plan.ts';
import { openPages } from './page-stream.ts';
import type { ListedPage, PageStream } from './page-stream.ts';
import { readRestless } from './read-run.ts';
import { sendInOrder } from './send-in-order.ts';
import { settle } from './settle.ts';
import { nextSlice } from './slices.ts';
import type { Slice } from './slices.ts';
import type { SourcePage } from './shop-source.ts';
import type { CursorState, Lease } from './sync-cursor.ts';

/** A slice whose pages are on their way, perhaps while the slice before it is still being sent. */
export interface SliceReading {
  readonly slice: Slice;
  readonly pages: PageStream;
}

type Sent = Readonly<Partial<Record<Resource, number>>>;

/**
 * One slice, its marker, and the cursor behind it, each after the one before was acknowledged.
 * Answers with the next slice, whose first pages come beside this one's: a page's token comes with
 * the page before, so one listing alone leaves either side waiting for the other.
 */
export async function readSlice(
  plan: BackfillPlan,
  deps: BackfillDeps,
  lease: Lease,
  { slice, reading }: { readonly slice: Slice; readonly reading: SliceReading | undefined },
): Promise<SliceReading | undefined> {
  const { state } = lease;
  const isLast = slice.from <= state.cut;
  const tally = createTally(plan, state);
  const { widthS, following } = plan.isOrdered
    ? await readOrdered({ plan, deps, lease, tally, slice }, reading)
    : await readUnordered({ plan, deps, lease, tally, slice });
  for (const resource of plan.resources) {
    // A history that ends at the cut is whole: the last marker reaches down to the beginning of time.
    const from = isLast ? 0 : slice.from;
    await deps.sink.mark(
      { resource, axis: 'create', from, through: slice.to, records: tally.records(resource) },
      'backfill',
    );
  }
  const { done, dependents } = tally.sums();
  await lease.save({
    ...{ cursor: slice.from, pageToken: null, widthS, error: null },
    ...{ done, doneBefore: done, dependents, dependentsBefore: dependents },
  });
  deps.onSlice();
  return following;
}

interface Work {
  readonly plan: BackfillPlan;
  readonly deps: BackfillDeps;
  readonly lease: Lease;
  readonly tally: Tally;
  readonly slice: Slice;
}

interface Read {
  readonly widthS: number;
  readonly following: SliceReading | undefined;
}

/** Rows keep their places: read ahead, sent two pages at a time, resumed at the page after a restart. */
async function readOrdered(work: Work, reading: SliceReading | undefined): Promise<Read> {
  const { plan, deps, lease, tally, slice } = work;
  const { pageToken, widthS: width, cut } = lease.state;
  const { pages } = reading ?? openSlice(work, slice, pageToken ?? undefined);
  let read: Read = { widthS: width, following: undefined };
  const whenCounted = pages.whenCounted.then((rows) => {
    if (rows !== undefined) {
      const widthS = plan.nextWidth(rows, deps.pageSize, slice.to - slice.from);
      const next = nextSlice(slice.from, widthS, cut);
      const following =
        next === undefined ? undefined : { slice: next, pages: openSlice(work, next).pages };
      read = { widthS, following };
    }
  });
  let savedS = deps.nowS();
  const sent = await settle(
    sendInOrder(pages, plan.send, async ({ page, nextToken }: ListedPage, rows) => {
      tally.add(page, rows);
      // The last page is saved together with its slice; between them a second is worth the write.
      if (nextToken !== undefined && deps.nowS() !== savedS) {
        savedS = deps.nowS();
        await lease.save({ pageToken: nextToken, ...tally.sums() });
      }
      deps.onProgress(rows);
    }),
  );
  if (!sent.ok) {
    pages.end();
  }
  await whenCounted;
  if (!sent.ok) {
    read.following?.pages.end();
    throw sent.error;
  }
  return read;
}

function openSlice({ plan, deps }: Work, slice: Slice, firstToken?: string): SliceReading {
  const ask = { priority: 'backfill', signal: deps.signal } as const;
  const pages = openPages({
    ...{ pageSize: deps.pageSize, maxPages: deps.maxPages, firstToken },
    readPage: (pageToken, pageSize) => plan.fetch(slice, { ...ask, pageToken, pageSize }),
  });
  return { slice, pages };
}

/** Rows change places: read again until whole, and from the start of the slice after a restart. */
async function readUnordered({ plan, deps, lease, tally, slice }: Work): Promise<Read> {
  const ask = { priority: 'backfill', signal: deps.signal } as const;
  let rows = 0;
  await readRestless({
    ...{ pageSize: deps.pageSize, maxPages: deps.maxPages },
    readPage: (pageToken, pageSize) => plan.fetch(slice, { ...ask, pageToken, pageSize }),
    handle: async (page) => {
      const sent = await plan.send(page);
      tally.add(page, sent);
      rows += page.rows.length;
      await lease.save({ pageToken: null, ...tally.sums() });
      deps.onProgress(sent);
    },
  });
  const width = slice.to - slice.from;
  return { widthS: plan.nextWidth(rows, deps.pageSize, width), following: undefined };
}

interface Tally {
  add(page: SourcePage, sent: Sent): void;
  /** Of this run through the slice: what its marker says. */
  records(resource: Resource): number;
  sums(): Pick<CursorState, 'done' | 'dependents'>;
}

function createTally(plan: BackfillPlan, state: CursorState): Tally {
  const isResumed = plan.isOrdered && state.pageToken !== null;
  const records = new Map<Resource, number>();
  let done = isResumed ? state.done : state.doneBefore;
  let dependents = isResumed ? state.dependents : state.dependentsBefore;
  return {
    add: (page, sent) => {
      for (const resource of plan.resources) {
        records.set(resource, (records.get(resource) ?? 0) + (sent[resource] ?? 0));
      }
      done += page.rows.length;
      dependents += plan.dependent === undefined ? 0 : (sent[plan.dependent] ?? 0);
    },
    records: (resource) => records.get(resource) ?? 0,
    sums: () => ({ done, dependents }),
  };
}
