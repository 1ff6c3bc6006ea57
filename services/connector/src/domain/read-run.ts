import { createPageGuard } from './page-guard.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import type { SourcePage } from './shop-source.ts';
import { TikTokFault } from './tiktok-fault.ts';

export type FetchPage = (pageToken: string | undefined, pageSize: number) => Promise<SourcePage>;

/** A page that is too much for either side is asked for again in a quarter; tokens know no size. */
export function shrinkingFetch(
  readPage: FetchPage,
  pageSize: number,
): (pageToken: string | undefined) => Promise<SourcePage> {
  let size = pageSize;
  return async (token) => {
    for (;;) {
      const page = await settle(readPage(token, size));
      if (page.ok) {
        return page.value;
      }
      if (!isTooLarge(page.error) || size === 1) {
        throw page.error;
      }
      size = quarterOf(size);
    }
  };
}

const quarterOf = (size: number): number => Math.max(1, Math.floor(size / 4));

export interface RunOptions {
  readonly pageSize: number;
  /** More pages than this are taken for a listing without an end. */
  readonly maxPages: number;
  readonly firstToken?: string | undefined;
  /** The first page, where it was asked for ahead of time. */
  readonly firstPage?: Promise<Settled<SourcePage>> | undefined;
  readonly readPage: FetchPage;
  /** Resolves once the page is acknowledged; `nextToken` is where a restart would go on. */
  readonly handle: (page: SourcePage, nextToken: string | undefined) => Promise<void>;
}

/**
 * Every page of one listing, in order. While a page is sealed and sent the next one is on its way;
 * a page is handled only after all pages before it were acknowledged.
 */
export async function readRun(options: RunOptions): Promise<void> {
  const guard = createPageGuard(options.maxPages);
  const ahead = await options.firstPage;
  // One that was too much is asked for again, smaller; every other refusal of it stands.
  const wasTooLarge = ahead?.ok === false && isTooLarge(ahead.error);
  const { readPage, pageSize, firstToken } = options;
  const fetchPage = shrinkingFetch(readPage, wasTooLarge ? quarterOf(pageSize) : pageSize);
  let pending =
    ahead === undefined || wasTooLarge ? settle(fetchPage(firstToken)) : Promise.resolve(ahead);
  for (;;) {
    const page = await pending;
    if (!page.ok) {
      throw page.error;
    }
    const next = guard.next(page.value.nextToken);
    if (next !== undefined) {
      pending = settle(fetchPage(next));
    }
    await options.handle(page.value, next);
    if (next === undefined) {
      return;
    }
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof TikTokFault && error.kind === 'smaller_page';
}

const PASSES = 5;

/**
 * Every row of a listing in which rows change places, or leave, while it is read: pages then step
 * over a neighbour. Read again until one pass has met as many ids as its pages say there are. Later
 * passes hand on only what no pass before had met.
 */
export async function readRestless(
  options: Omit<RunOptions, 'firstToken' | 'firstPage'>,
): Promise<void> {
  const seen = new Set<unknown>();
  for (let pass = 1; pass <= PASSES; pass += 1) {
    const met = new Set<unknown>();
    const before = seen.size;
    const totals: number[] = [];
    let pages = 0;
    await readRun({
      ...options,
      handle: async (page, nextToken) => {
        pages += 1;
        totals.push(...(page.totalCount === undefined ? [] : [page.totalCount]));
        const unseen = page.rows.filter(({ id }) => !seen.has(id));
        page.rows.forEach(({ id }) => met.add(id));
        unseen.forEach(({ id }) => seen.add(id));
        await options.handle({ ...page, rows: unseen }, nextToken);
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
