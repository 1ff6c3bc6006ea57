import { listProducts } from './list-products.ts';
import type { ListingDeps } from './list-products.ts';
import type { Json } from './pick-fields.ts';
import { DAY_S } from './slices.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import type { Lease } from './sync-cursor.ts';

export interface RepeatDeps extends ListingDeps {
  readonly sink: Pick<SnapshotSink, 'publish'>;
  readonly nowS: () => number;
}

/** Ingestion says an unchanged product again after 60 days: with these 30 that is every 90 at most. */
const AGAIN_AFTER_S = 30 * DAY_S;

/**
 * A poll meets what has changed, and the history is read once: without this nobody would ever hear
 * again of a product that never changes, and after two years it would be gone though it is for sale.
 * So the whole list is read now and then, and what it no longer holds ages out. No marker speaks of it,
 * since polls have told of every change. One that breaks off is begun anew.
 */
export async function repeatProducts(deps: RepeatDeps, lease: Lease): Promise<number> {
  const startedAt = deps.nowS();
  if (startedAt - lease.state.cursor < AGAIN_AFTER_S) {
    return 0;
  }
  let sent = 0;
  await listProducts(deps, { from: 0, to: startedAt + 1 }, async ({ rows, seq, fetchedAt }) => {
    const listed = rows.filter(isThere);
    if (listed.length > 0) {
      // On the twin topic: thousands of rows at once delay nothing of what happens now.
      await deps.sink.publish({ resource: 'product', origin: 'backfill', seq, fetchedAt }, listed);
    }
    sent += listed.length;
  });
  await lease.save({ cursor: startedAt, done: sent, error: null });
  return sent;
}

/** TikTok lists what was deleted too; that it still does keeps nothing alive. */
function isThere({ status }: Json): boolean {
  return status !== 'DELETED';
}
