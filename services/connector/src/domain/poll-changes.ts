import type { Resource } from '@tokometrics/contracts';
import { EndlessPages, isPageToken } from './page-guard.ts';
import type { Json } from './pick-fields.ts';
import type { Bounds, PageAsk, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import { SENT_AGAIN_AFTER_S } from './sync-cursor.ts';
import type { Lease } from './sync-cursor.ts';
import { shrinkingFetch } from './page-stream.ts';
import { readRestless } from './read-run.ts';

const LOOKBACK_S = 600;
const SWEEP_LOOKBACK_S = 48 * 3_600;
const SWEEP_EVERY_S = 24 * 3_600;

export interface PollDeps {
  readonly sink: SnapshotSink;
  readonly nowS: () => number;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly signal: AbortSignal;
  /** What was sent lately: the same version with the same content is not sent again. */
  readonly isKnown: (resource: Resource, row: Json, nowS: number) => boolean;
  /** Of the shop's connection: the history tells of what was before. */
  readonly connectedAt: number;
}

type ReadPage = (bounds: Bounds, ask: PageAsk) => Promise<SourcePage>;

/** Where this poll begins: ten minutes back, since a change may show late; two days once a day. */
function lowerBound(lease: Lease, nowS: number): { from: number; isSweep: boolean } {
  const isSweep = nowS - lease.state.sweptAt >= SWEEP_EVERY_S;
  const lookback = isSweep ? SWEEP_LOOKBACK_S : LOOKBACK_S;
  return { from: Math.max(0, lease.state.cursor - lookback), isSweep };
}

/**
 * A poll that dies goes on from its last page, and the marker in the end speaks of all its parts. What
 * was sent too long ago for that is read once more, as is all since the connection where nobody has
 * noted how far markers reached.
 */
async function goBackIfForgotten(
  { connectedAt }: PollDeps,
  lease: Lease,
  nowS: number,
): Promise<void> {
  const { markedThrough = connectedAt, unmarkedSince } = lease.state;
  const isForgotten =
    unmarkedSince === undefined ||
    (unmarkedSince !== null && nowS - unmarkedSince >= SENT_AGAIN_AFTER_S);
  if (isForgotten) {
    await lease.save({ cursor: markedThrough, markedThrough, unmarkedSince: null });
  }
}

async function send(deps: PollDeps, resource: Resource, page: SourcePage): Promise<number> {
  const fresh = page.rows.filter((row) => !deps.isKnown(resource, row, page.fetchedAt));
  if (fresh.length > 0) {
    await deps.sink.publish(
      { resource, origin: 'live', seq: page.seq, fetchedAt: page.fetchedAt },
      fresh,
    );
  }
  return fresh.length;
}

async function finish(
  deps: PollDeps,
  lease: Lease,
  poll: { resource: Resource; from: number; through: number; records: number; isSweep: boolean },
): Promise<void> {
  const { resource, from, through, records, isSweep } = poll;
  const { markedThrough = from } = lease.state;
  const range = { axis: 'update', from: Math.min(from, markedThrough), through } as const;
  // 1. The marker goes behind the records it speaks of, also those of polls that died on the way: their
  // pages were acknowledged before the cursor passed them. 2. Then the cursor: a crash between the two
  // reads the window again, which changes nothing downstream.
  await deps.sink.mark({ resource, ...range, records }, 'live');
  await lease.save({
    ...{ cursor: through, markedThrough: through, unmarkedSince: null },
    error: null,
    ...(isSweep ? { sweptAt: through } : {}),
  });
}

function lastUpdate(page: SourcePage, floor: number): number {
  return page.rows.reduce((latest, row) => {
    const at = row['update_time'];
    return typeof at === 'number' && at > latest ? at : latest;
  }, floor);
}

/**
 * Orders by time of change, oldest first. The next page is asked for by the last change seen, not by
 * a token: an order that changes meanwhile moves to the end of the list, and pages counted from the
 * beginning would then step over its neighbour.
 */
export async function pollOrders(
  deps: PollDeps,
  lease: Lease,
  readPage: ReadPage,
): Promise<number> {
  const through = deps.nowS();
  await goBackIfForgotten(deps, lease, through);
  const { from, isSweep } = lowerBound(lease, through);
  let bound = from;
  let records = 0;
  const ask = { priority: 'live', signal: deps.signal } as const;
  const fetchFirst = shrinkingFetch(
    (pageToken, pageSize) => readPage({ from: bound }, { ...ask, pageSize, pageToken }),
    deps.pageSize,
  );
  for (let page = await fetchFirst(undefined), pages = 1; ; pages += 1) {
    records += await send(deps, 'order', page);
    if (!isPageToken(page.nextToken)) {
      break;
    }
    if (pages >= deps.maxPages) {
      throw new EndlessPages('too_many_pages');
    }
    const latest = lastUpdate(page, bound);
    if (latest > bound) {
      bound = latest;
    } else {
      // More changed within one second than a page holds: that second by itself, then what follows.
      await readRestless({
        ...{ pageSize: deps.pageSize, maxPages: deps.maxPages },
        readPage: (pageToken, pageSize) =>
          readPage({ from: bound, to: bound + 1 }, { ...ask, pageSize, pageToken }),
        handle: async (more) => {
          records += await send(deps, 'order', more);
        },
      });
      bound += 1;
    }
    // Never beyond where this poll began: what shows late is looked for from there.
    const { cursor, unmarkedSince } = lease.state;
    await lease.save({
      cursor: Math.max(Math.min(bound, through), cursor),
      unmarkedSince: unmarkedSince ?? through,
    });
    page = await fetchFirst(undefined);
  }
  await finish(deps, lease, { resource: 'order', from, through, records, isSweep });
  return records;
}

/** Products come in no order; each that changed is seen at least once before the window is complete. */
export async function pollProducts(
  deps: PollDeps,
  lease: Lease,
  readPage: ReadPage,
): Promise<number> {
  const through = deps.nowS();
  const { from, isSweep } = lowerBound(lease, through);
  let records = 0;
  await readRestless({
    pageSize: deps.pageSize,
    maxPages: deps.maxPages,
    readPage: (pageToken, pageSize) =>
      readPage({ from }, { pageSize, pageToken, priority: 'live', signal: deps.signal }),
    handle: async (page) => {
      records += await send(deps, 'product', page);
    },
  });
  await finish(deps, lease, { resource: 'product', from, through, records, isSweep });
  return records;
}
