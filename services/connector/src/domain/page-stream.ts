import { createPageGuard } from './page-guard.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import type { SourcePage } from './shop-source.ts';
import { TikTokFault } from './tiktok-fault.ts';

export type FetchPage = (pageToken: string | undefined, pageSize: number) => Promise<SourcePage>;

export interface StreamOptions {
  readonly pageSize: number;
  /** More pages than this are taken for a listing without an end. */
  readonly maxPages: number;
  readonly firstToken?: string | undefined;
  readonly readPage: FetchPage;
}

export interface ListedPage {
  readonly page: SourcePage;
  /** Where a restart would go on; undefined on the last page. */
  readonly nextToken: string | undefined;
}

/** The pages of one listing, in order; undefined behind the last one. */
export interface PageStream {
  next(): Promise<ListedPage | undefined>;
  /** Rows of the whole listing, as soon as a page tells or the last has come; undefined if neither. */
  readonly whenCounted: Promise<number | undefined>;
  /** Asks for no more pages. */
  end(): void;
}

/** So many are here or under way while one is dealt with: enough that neither side waits long. */
const PAGES_AHEAD = 3;

/** Begins to read at once. A token comes with the page before, so pages are asked for one by one. */
export function openPages(options: StreamOptions): PageStream {
  const guard = createPageGuard(options.maxPages);
  const fetchPage = shrinkingFetch(options.readPage, options.pageSize);
  const waiting: Promise<Settled<ListedPage | undefined>>[] = [];
  const { promise: whenCounted, resolve: tellCount } = Promise.withResolvers<number | undefined>();
  let token = options.firstToken;
  let isOver = false;
  let rows = 0;
  let latest: Promise<unknown> = Promise.resolve();

  const end = (): void => {
    isOver = true;
    tellCount(undefined);
  };

  async function read(): Promise<ListedPage | undefined> {
    if (isOver) {
      return undefined;
    }
    const page = await fetchPage(token);
    token = guard.next(page.nextToken);
    rows += page.rows.length;
    isOver ||= token === undefined;
    if (isOver || page.totalCount !== undefined) {
      tellCount(page.totalCount ?? rows);
    }
    return { page, nextToken: token };
  }

  function ask(): void {
    const asked = latest.then(async () => {
      const result = await settle(read());
      if (!result.ok) {
        end();
      }
      return result;
    });
    latest = asked;
    waiting.push(asked);
  }

  Array.from({ length: PAGES_AHEAD }, ask);
  return {
    whenCounted,
    end,
    next: async () => {
      ask();
      const page = await waiting.shift();
      if (page?.ok === false) {
        throw page.error;
      }
      return page?.value;
    },
  };
}

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
      size = Math.max(1, Math.floor(size / 4));
    }
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof TikTokFault && error.kind === 'smaller_page';
}
