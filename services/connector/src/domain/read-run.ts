import { createPageGuard } from './page-guard.ts';
import { settle } from './settle.ts';
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
      const isTooLarge = page.error instanceof TikTokFault && page.error.kind === 'smaller_page';
      if (!isTooLarge || size === 1) {
        throw page.error;
      }
      size = Math.max(1, Math.floor(size / 4));
    }
  };
}

export interface RunOptions {
  readonly pageSize: number;
  /** More pages than this are taken for a listing without an end. */
  readonly maxPages: number;
  readonly firstToken?: string | undefined;
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
  const fetchPage = shrinkingFetch(options.readPage, options.pageSize);
  let pending = settle(fetchPage(options.firstToken));
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
