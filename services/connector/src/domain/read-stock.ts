import { contentOf } from './content-of.ts';
import { finishWhole } from './finish-whole.ts';
import { listProducts } from './list-products.ts';
import type { ListingDeps } from './list-products.ts';
import type { Json } from './pick-fields.ts';
import type { ShopSource, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import type { Lease } from './sync-cursor.ts';

export interface StockDeps extends ListingDeps {
  readonly sink: SnapshotSink;
  readonly source: Pick<ShopSource, 'productsCreated' | 'inventory'>;
  readonly nowS: () => number;
}

interface Sent {
  readonly content: string;
  /** Epoch seconds. */
  readonly at: number;
}

interface Run {
  readonly known: ReadonlyMap<string, Sent>;
  readonly met: Map<string, Sent>;
  records: number;
}

/** What never changes is sent once a day all the same: it shall not grow too old to be kept. */
const AGAIN_AFTER_S = 86_400;
// As orders are: two calls for each page of products wait for what is worth more.
const PRIORITY = 'backfill';
const PRODUCT_ID = /^\d{15,20}$/;

/**
 * Reads the stock of every product that the shop lists. TikTok tells how much there is now and never
 * when that changed, so each reading asks for all of it and sends what differs from the one before.
 */
export function createStockReader(deps: StockDeps): (lease: Lease) => Promise<number> {
  let owner: Lease | undefined;
  let known: ReadonlyMap<string, Sent> = new Map();
  return async (lease) => {
    // Under another lease somebody else may have sent something since: then nothing is known.
    const run: Run = { known: owner === lease ? known : new Map(), met: new Map(), records: 0 };
    const through = deps.nowS();
    owner = undefined;
    await listProducts(deps, { from: 0, to: through + 1 }, (page) => sendStock(deps, page, run));
    const { records, met } = run;
    const found = met.size;
    await finishWhole(deps.sink, lease, { resource: 'inventory', through, records, found });
    owner = lease;
    known = met;
    return records;
  };
}

async function sendStock(deps: StockDeps, { rows }: SourcePage, run: Run): Promise<void> {
  // One id that is none would have the whole call refused.
  const ids = rows.flatMap(({ id }) => (typeof id === 'string' && PRODUCT_ID.test(id) ? [id] : []));
  if (ids.length === 0) {
    return;
  }
  const { signal, sink, source } = deps;
  const {
    rows: skus,
    seq,
    fetchedAt,
  } = await source.inventory(ids, {
    priority: PRIORITY,
    signal,
  });
  const changed = skus.filter((sku) => note(run, sku, fetchedAt));
  if (changed.length > 0) {
    await sink.publish({ resource: 'inventory', origin: 'live', seq, fetchedAt }, changed);
  }
  run.records += changed.length;
}

/** Whether the row is to be sent; what is not sent keeps the time at which it was sent last. */
function note({ known, met }: Run, sku: Json, at: number): boolean {
  const id = String(sku['id']);
  const content = contentOf('inventory', sku);
  const last = met.get(id) ?? known.get(id);
  const isKnown = last?.content === content && at - last.at < AGAIN_AFTER_S;
  met.set(id, isKnown ? last : { content, at });
  return !isKnown;
}
