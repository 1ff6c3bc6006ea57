import { describe, expect, it } from '@jest/globals';
import { backfillPlans } from './backfill-plans.ts';
import { EndlessPages } from './page-guard.ts';
import { runBackfill } from './run-backfill.ts';
import type { ShopSource, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Lease } from './sync-cursor.ts';
import { TikTokFault } from './tiktok-fault.ts';

const NOW = 1_795_000_000;
const DAY = 86_400;
const CUT = NOW - 30 * DAY;

/** Thirty days, three orders each, two to a page: an in-memory shop, log and cursor. */
function createStage({ pageS = 1 } = {}) {
  let clockS = NOW;
  const written: string[] = [];
  let saved: CursorState = firstCursor(NOW, { cut: CUT, widthS: DAY });
  let failing: (() => void) | undefined;
  const orders = Array.from({ length: 90 }, (_, index) => ({
    id: String(index),
    create_time: CUT + index * (DAY / 3),
  }));
  const source = {
    ordersCreated: ({ from = 0, to = NOW }, { pageSize, pageToken }): Promise<SourcePage> => {
      const rows = orders.filter((row) => row.create_time >= from && row.create_time < to);
      const at = Number(pageToken ?? 0);
      const page = rows.reverse().slice(at, at + pageSize);
      const nextToken = at + pageSize < rows.length ? String(at + pageSize) : '';
      return Promise.resolve({
        rows: page,
        nextToken,
        totalCount: rows.length,
        seq: 1,
        fetchedAt: NOW,
      });
    },
  } satisfies Pick<ShopSource, 'ordersCreated'>;
  const sink: SnapshotSink = {
    publish: (_reading, rows) => {
      failing?.();
      clockS += pageS;
      written.push(...rows.map(({ id }) => `row ${String(id)}`));
      return Promise.resolve();
    },
    mark: ({ from, through, records }) => {
      failing?.();
      written.push(`marker ${String(from)}-${String(through)} ${String(records)}`);
      return Promise.resolve();
    },
  };
  const lease: Lease = {
    get state() {
      return saved;
    },
    save: (change) => {
      saved = { ...saved, ...change };
      written.push(
        `saved ${JSON.stringify(change.pageToken ?? null)} ${String(change.cursor ?? '-')}`,
      );
      return Promise.resolve();
    },
  };
  const run = (from: Partial<ShopSource> = source, maxPages = 100): Promise<void> => {
    const finance = {
      ...{ sink, nowS: () => clockS, pageSize: 2, maxPages, signal: new AbortController().signal },
      source: from as ShopSource,
    };
    const [planned] = backfillPlans(from as ShopSource, finance);
    if (planned === undefined) {
      throw new Error('no plan');
    }
    return runBackfill(
      planned.plan,
      { ...finance, onProgress: () => undefined, onSlice: () => undefined },
      lease,
    );
  };
  return {
    ...{ written, run, source, lease, sink },
    failWhen: (check: (() => void) | undefined) => {
      failing = check;
    },
  };
}

describe('runBackfill', () => {
  it('saves fast pages with their slice, and slow ones each', async () => {
    const [fast, slow] = [createStage({ pageS: 0 }), createStage()];
    const tokens = (written: readonly string[]) =>
      written.filter((line) => line.startsWith('saved "')).length;

    await fast.run();
    await slow.run();

    expect([tokens(fast.written), tokens(slow.written) > 10]).toEqual([0, true]);
    expect(fast.written.filter((line) => !line.startsWith('saved'))).toEqual(
      slow.written.filter((line) => !line.startsWith('saved')),
    );
  });

  it('saves a page only after its records, and a slice only after its marker', async () => {
    const { written, run, failWhen } = createStage();
    let steps = 0;
    const seen: string[][] = [];
    // A third of all effects fails: what is saved until then speaks only of what was acknowledged.
    failWhen(() => {
      steps += 1;
      if (steps % 3 === 1) {
        seen.push([...written]);
        throw new Error('the log is away');
      }
    });
    for (let round = 0; round < 400; round += 1) {
      const error: unknown = await run().catch((thrown: unknown) => thrown);
      if (error === undefined) {
        break;
      }
    }

    expect(written.at(-1)).toBe(`saved null ${String(CUT)}`);
    expect(new Set(written.filter((line) => line.startsWith('row'))).size).toBe(90);
    // Each save stands right behind what it speaks of.
    const savedAfter = (pattern: RegExp): Set<string> =>
      new Set(
        seen.flatMap((lines) =>
          lines.flatMap((line, index) =>
            pattern.test(line) ? [(lines[index - 1] ?? 'nothing').split(' ')[0] ?? ''] : [],
          ),
        ),
      );
    expect(savedAfter(/^saved null \d/)).toEqual(new Set(['marker']));
    expect(savedAfter(/^saved "/)).toEqual(new Set(['row']));
  });

  it('counts as many rows in each marker as stand before it, newest first, down to the beginning', async () => {
    const { written, run } = createStage();
    await run();

    const lines = written.filter((line) => !line.startsWith('saved'));
    const wrong: string[] = [];
    let rows = 0;
    let through = NOW;
    for (const line of lines) {
      const [word, span = '', records] = line.split(' ');
      if (word === 'row') {
        rows += 1;
        continue;
      }
      const [from, to] = span.split('-').map(Number);
      if (Number(records) !== rows || to !== through) {
        wrong.push(line);
      }
      through = from ?? -1;
      rows = 0;
    }
    expect(wrong).toEqual([]);
    expect(through).toBe(0);
  });

  it('asks how many there are only after the first slice, and knows the whole', async () => {
    const { run, lease } = createStage();
    await run();

    expect(lease.state.total).toBe(90);
    expect(lease.state.done).toBe(90);
  });

  it('goes back to the start of a slice whose pages do not end, so that nothing is counted twice', async () => {
    const { run, source, lease } = createStage();
    let asked = 0;
    const endless: Partial<ShopSource> = {
      ordersCreated: async (bounds, ask) => {
        // Of this slice alone: pages of the next one are asked for beside them.
        asked += bounds.to === NOW ? 1 : 0;
        return {
          ...(await source.ordersCreated(bounds, { ...ask, pageToken: undefined })),
          nextToken: `t${String(asked)}`,
        };
      },
    };

    await expect(run(endless, 10)).rejects.toThrow(EndlessPages);

    expect(asked).toBeLessThanOrEqual(11);
    expect(lease.state).toMatchObject({ pageToken: null, done: 0, cursor: NOW });
  });

  it('halves a window that holds too much, and goes on without a count of all', async () => {
    const { run, source, lease, written } = createStage();
    const widths: number[] = [];
    const narrow: Partial<ShopSource> = {
      ordersCreated: (bounds, ask) => {
        const width = (bounds.to ?? 0) - (bounds.from ?? 0);
        widths.push(width);
        return width > DAY / 4
          ? Promise.reject(new TikTokFault('narrow_window', 'too many'))
          : source.ordersCreated(bounds, ask);
      },
    };

    await run(narrow);

    expect(widths.slice(0, 3)).toEqual([DAY, DAY / 2, DAY / 4]);
    expect(lease.state.total).toBe(90);
    expect(lease.state.cursor).toBe(CUT);
    expect(new Set(written.filter((step) => step.startsWith('row'))).size).toBe(90);
  });

  it('gives up a window of a minute that still holds too much', async () => {
    const { run } = createStage();
    const widths: number[] = [];
    const refused: Partial<ShopSource> = {
      ordersCreated: (bounds) => {
        widths.push((bounds.to ?? 0) - (bounds.from ?? 0));
        return Promise.reject(new TikTokFault('narrow_window', 'too many'));
      },
    };

    await expect(run(refused)).rejects.toThrow(TikTokFault);

    expect(widths.at(-1)).toBe(60);
  });
});
