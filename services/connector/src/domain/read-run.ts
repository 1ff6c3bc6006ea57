import { openPages } from './page-stream.ts';
import type { StreamOptions } from './page-stream.ts';
import type { SourcePage } from './shop-source.ts';
import { TikTokFault } from './tiktok-fault.ts';

export interface RunOptions extends StreamOptions {
  /** Resolves once the page is acknowledged. */
  readonly handle: (page: SourcePage) => Promise<void>;
}

/** Every page of one listing, in order; one is handled after all before it were acknowledged. */
export async function readRun(options: RunOptions): Promise<void> {
  const pages = openPages(options);
  try {
    for (let listed = await pages.next(); listed !== undefined; listed = await pages.next()) {
      await options.handle(listed.page);
    }
  } finally {
    pages.end();
  }
}

const PASSES = 5;

/**
 * Every row of a listing in which rows change places, or leave, while it is read: pages then step
 * over a neighbour. Read again until one pass has met as many ids as its pages say there are. Later
 * passes hand on only what no pass before had met.
 */
export async function readRestless(options: Omit<RunOptions, 'firstToken'>): Promise<void> {
  const seen = new Set<unknown>();
  for (let pass = 1; pass <= PASSES; pass += 1) {
    const met = new Set<unknown>();
    const before = seen.size;
    const totals: number[] = [];
    let pages = 0;
    await readRun({
      ...options,
      handle: async (page) => {
        pages += 1;
        totals.push(...(page.totalCount === undefined ? [] : [page.totalCount]));
        const unseen = page.rows.filter(({ id }) => !seen.has(id));
        page.rows.forEach(({ id }) => met.add(id));
        unseen.forEach(({ id }) => seen.add(id));
        await options.handle({ ...page, rows: unseen });
      },
    });
    // Without a count: until a pass has brought nothing new.
    const isWhole = totals.length > 0 ? met.size >= Math.max(...totals) : seen.size === before;
    if (pages <= 1 || isWhole) {
      return;
    }
  }
  throw new TikTokFault('retry', 'the listing did not hold still');
}
