import type { Resource } from '@tokometrics/contracts';
import { EndlessPages } from './page-guard.ts';
import { readRun, readRestless } from './read-run.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import type { Bounds, PageAsk, SourcePage } from './shop-source.ts';
import { nextSlice } from './slices.ts';
import type { Slice } from './slices.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import type { CursorState, Lease } from './sync-cursor.ts';
import { TikTokFault } from './tiktok-fault.ts';

/** How one resource's history is read; the engine below is the same for all. */
export interface BackfillPlan {
  /** Resources that a slice completes. */
  readonly resources: readonly Resource[];
  readonly fetch: (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;
  /** Sends a page and resolves when it is acknowledged; answers with rows per resource. */
  readonly send: (page: SourcePage) => Promise<Readonly<Partial<Record<Resource, number>>>>;
  /** The resource whose rows hang on the listed ones and are counted apart. */
  readonly dependent?: Resource;
  /** Width of the next slice, by how full the first page of this one was. */
  readonly nextWidth: (rowsOnFirstPage: number, pageSize: number, widthS: number) => number;
  /** Whether rows keep their places, so that a page token is good for going on after a restart. */
  readonly isOrdered: boolean;
  /** Whether a listing of one page tells how many rows there are in all. */
  readonly countsRows: boolean;
}

export interface BackfillDeps {
  readonly sink: SnapshotSink;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly signal: AbortSignal;
  /** Called after each acknowledged page. */
  readonly onProgress: (rows: Readonly<Partial<Record<Resource, number>>>) => void;
  /** Called after each slice whose marker is acknowledged. */
  readonly onSlice: () => void;
}

const MIN_WIDTH_S = 60;

/** The next slice's first page, on its way while this slice is still being sent. */
interface Ahead {
  readonly slice: Slice;
  readonly page: Promise<Settled<SourcePage>>;
}

/** Reads the history from the newest slice to the cut. Resolves when it is whole; resumable anywhere. */
export async function runBackfill(
  plan: BackfillPlan,
  deps: BackfillDeps,
  lease: Lease,
): Promise<void> {
  let ahead: Ahead | undefined;
  for (;;) {
    deps.signal.throwIfAborted();
    const { cursor, widthS, cut } = lease.state;
    const slice = nextSlice(cursor, widthS, cut);
    if (slice === undefined) {
      return;
    }
    const read = await settle(readSlice(plan, deps, lease, { slice, ahead }));
    ahead = read.ok ? read.value : undefined;
    if (!read.ok) {
      await recover(read.error, lease);
    } else if (plan.countsRows && lease.state.total === null) {
      // Not before the first slice: figures of today are worth more than a percentage.
      await lease.save({ total: await countRows(plan, deps, lease) });
    }
  }
}

/** Two failures are cured by reading the slice otherwise; all else is for the caller. */
async function recover(error: unknown, lease: Lease): Promise<void> {
  const kind = error instanceof TikTokFault ? error.kind : undefined;
  const { widthS, pageToken } = lease.state;
  if (kind === 'narrow_window' && widthS > MIN_WIDTH_S) {
    const half = Math.max(MIN_WIDTH_S, Math.floor(widthS / 2));
    await lease.save({ widthS: half, ...fromSliceStart(lease) });
    return;
  }
  if (kind === 'bug' && pageToken !== null) {
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
  return { pageToken: null, done: state.doneBefore, dependents: state.dependentsBefore };
}

async function readSlice(
  plan: BackfillPlan,
  deps: BackfillDeps,
  lease: Lease,
  { slice, ahead }: { readonly slice: Slice; readonly ahead: Ahead | undefined },
): Promise<Ahead | undefined> {
  const counts = new Map<Resource, number>(plan.resources.map((resource) => [resource, 0]));
  let rowsOnFirstPage: number | undefined;
  const firstToken = plan.isOrdered ? (lease.state.pageToken ?? undefined) : undefined;
  const { state } = lease;
  let done = firstToken === undefined ? state.doneBefore : state.done;
  let dependents = firstToken === undefined ? state.dependentsBefore : state.dependents;
  const ask = { priority: 'backfill', signal: deps.signal } as const;
  const fetchAhead = (widthS: number): Ahead | undefined => {
    const next = nextSlice(slice.from, widthS, state.cut);
    return next === undefined || !plan.isOrdered
      ? undefined
      : { slice: next, page: settle(plan.fetch(next, { ...ask, ...firstAsk })) };
  };
  const firstAsk = { pageToken: undefined, pageSize: deps.pageSize };
  let following: Ahead | undefined;
  let widthS = state.widthS;
  const readPages = plan.isOrdered ? readRun : readRestless;
  await readPages({
    pageSize: deps.pageSize,
    maxPages: deps.maxPages,
    firstToken,
    firstPage: isSame(ahead?.slice, slice) && firstToken === undefined ? ahead?.page : undefined,
    readPage: (pageToken, pageSize) => plan.fetch(slice, { ...ask, pageToken, pageSize }),
    handle: async (page, nextToken) => {
      rowsOnFirstPage ??= page.rows.length;
      if (nextToken === undefined) {
        widthS = plan.nextWidth(rowsOnFirstPage, deps.pageSize, state.widthS);
        following = fetchAhead(widthS);
      }
      const sent = await plan.send(page);
      for (const resource of plan.resources) {
        counts.set(resource, (counts.get(resource) ?? 0) + (sent[resource] ?? 0));
      }
      done += page.rows.length;
      dependents += plan.dependent === undefined ? 0 : (sent[plan.dependent] ?? 0);
      // Only now, when the page is acknowledged; the last one is saved together with its slice.
      if (nextToken !== undefined) {
        const pageToken = plan.isOrdered ? nextToken : null;
        await lease.save({ pageToken, done, dependents });
      }
      deps.onProgress(sent);
    },
  });
  const isLast = slice.from <= lease.state.cut;
  for (const [resource, records] of counts) {
    // A history that ends at the cut is whole: the last marker reaches down to the beginning of time.
    const from = isLast ? 0 : slice.from;
    await deps.sink.mark(
      { resource, axis: 'create', from, through: slice.to, records },
      'backfill',
    );
  }
  await lease.save({
    cursor: slice.from,
    pageToken: null,
    done,
    doneBefore: done,
    dependents,
    dependentsBefore: dependents,
    widthS,
    error: null,
  });
  deps.onSlice();
  return following;
}

function isSame(a: Slice | undefined, b: Slice): boolean {
  return a?.from === b.from && a.to === b.to;
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
