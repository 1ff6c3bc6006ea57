import { describe, expect, it } from '@jest/globals';
import { EndlessPages } from './page-guard.ts';
import { openPages } from './page-stream.ts';
import type { FetchPage } from './page-stream.ts';
import type { SourcePage } from './shop-source.ts';
import { TikTokFault } from './tiktok-fault.ts';

const PAGES = 9;

function aPage(number: number, totalCount?: number): SourcePage {
  const nextToken = number < PAGES ? String(number + 1) : '';
  return { rows: [{ id: String(number) }], nextToken, totalCount, seq: number, fetchedAt: 0 };
}

const turns = async (count = 50): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) {
    await Promise.resolve();
  }
};

/** A listing of nine pages that notes what it is asked for. */
function aListing(change: (number: number) => Partial<SourcePage> = () => ({})) {
  const asked: number[] = [];
  const readPage: FetchPage = (token) => {
    const number = Number(token ?? 1);
    asked.push(number);
    return Promise.resolve({ ...aPage(number), ...change(number) });
  };
  return { asked, options: { pageSize: 50, maxPages: 100, readPage } };
}

describe('openPages', () => {
  it('reads three pages ahead of the one that is dealt with, and no more', async () => {
    const { asked, options } = aListing();
    const pages = openPages(options);
    await turns();
    const beforeFirst = [...asked];
    await pages.next();
    await turns();

    expect(beforeFirst).toEqual([1, 2, 3]);
    expect(asked).toEqual([1, 2, 3, 4]);
  });

  it('gives every page in order, each with where to go on, then nothing more', async () => {
    const pages = openPages(aListing().options);
    const seen: unknown[] = [];
    for (let came = await pages.next(); came !== undefined; came = await pages.next()) {
      seen.push([came.page.seq, came.nextToken]);
    }

    const numbers = Array.from({ length: PAGES }, (_, index) => index + 1);
    expect(seen).toEqual(
      numbers.map((number) => [number, number < PAGES ? String(number + 1) : undefined]),
    );
    expect(await pages.next()).toBeUndefined();
  });

  it('tells a failure after the pages before it, and asks for nothing behind it', async () => {
    const { asked, options } = aListing();
    const pages = openPages({
      ...options,
      readPage: (token, size) =>
        token === '3' ? Promise.reject(new Error('away')) : options.readPage(token, size),
    });

    expect((await pages.next())?.page.seq).toBe(1);
    expect((await pages.next())?.page.seq).toBe(2);
    await expect(pages.next()).rejects.toThrow('away');
    expect(await pages.next()).toBeUndefined();
    expect(await pages.whenCounted).toBeUndefined();
    expect(asked).toEqual([1, 2]);
  });

  it('asks for a page that is too much in a quarter, and goes on with that size', async () => {
    const sizes: [string | undefined, number][] = [];
    const { options } = aListing();
    const pages = openPages({
      ...options,
      readPage: (token, size) => {
        sizes.push([token, size]);
        return size > 12
          ? Promise.reject(new TikTokFault('smaller_page', 'too large'))
          : options.readPage(token, size);
      },
    });
    await pages.next();
    await pages.next();

    expect(sizes.slice(0, 3)).toEqual([
      [undefined, 50],
      [undefined, 12],
      ['2', 12],
    ]);
  });

  it('knows the whole count from the first page that tells it, else from the last', async () => {
    const told = openPages(aListing(() => ({ totalCount: 450 })).options);
    const untold = openPages(aListing().options);
    while ((await untold.next()) !== undefined) {
      // read to the end
    }

    expect(await told.whenCounted).toBe(450);
    expect(await untold.whenCounted).toBe(PAGES);
  });

  it('stops asking when it is ended, and tells no count', async () => {
    const { asked, options } = aListing();
    const pages = openPages(options);
    pages.end();
    await turns();

    expect(asked).toEqual([]);
    expect(await pages.whenCounted).toBeUndefined();
  });

  it('ends a listing that goes in circles', async () => {
    const pages = openPages(aListing(() => ({ nextToken: '2' })).options);
    const read = async (): Promise<void> => {
      while ((await pages.next()) !== undefined) {
        // read on
      }
    };

    await expect(read()).rejects.toThrow(EndlessPages);
  });
});
