import { readRestless } from './read-run.ts';
import { settle } from './settle.ts';
import type { ShopSource, SourcePage } from './shop-source.ts';
import type { Slice } from './slices.ts';
import { TikTokFault } from './tiktok-fault.ts';

export interface ListingDeps {
  readonly source: Pick<ShopSource, 'productsCreated'>;
  readonly pageSize: number;
  readonly maxPages: number;
  readonly signal: AbortSignal;
}

const MIN_WIDTH_S = 60;
// As history is: a page of all products waits for what is worth more.
const PRIORITY = 'backfill';

/** All that the shop lists of these days of creation; what is too long for TikTok is read in halves. */
export async function listProducts(
  deps: ListingDeps,
  slice: Slice,
  handle: (page: SourcePage) => Promise<void>,
): Promise<void> {
  const { pageSize, maxPages, signal, source } = deps;
  const read = await settle(
    readRestless({
      ...{ pageSize, maxPages, handle },
      readPage: (pageToken, size) =>
        source.productsCreated(slice, { pageToken, pageSize: size, priority: PRIORITY, signal }),
    }),
  );
  if (read.ok) {
    return;
  }
  const { from, to } = slice;
  const isTooLong = read.error instanceof TikTokFault && read.error.kind === 'narrow_window';
  if (!isTooLong || to - from <= MIN_WIDTH_S) {
    throw read.error;
  }
  const middle = from + Math.floor((to - from) / 2);
  await listProducts(deps, { from: middle, to }, handle);
  await listProducts(deps, { from, to: middle }, handle);
}
