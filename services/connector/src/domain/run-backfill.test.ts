import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
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

type Written =
  | { readonly row: string }
  | { readonly marker: Marker }
  | { readonly saved: Partial<CursorState>; readonly state: CursorState };
type Marker = Parameters<SnapshotSink['mark']>[0];

/** Thirty days, three orders each; the last is the newest. */
const ORDERS = Array.from({ length: 90 }, (_, index) => ({
  id: String(index),
  create_time: CUT + index * (DAY / 3),
}));

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn += 1) {
    await Promise.resolve();
  }
};

/** Two orders to a page: an in-memory shop, log and cursor. `delay`: how long a page takes to come. */
function createStage({ pageS = 1, pageSize = 2, delay = (_calls: number): number => 1 } = {}) {
  let clockS = NOW;
  let calls = 0;
  const written: Written[] = [];
  let saved: CursorState = firstCursor(NOW, { cut: CUT, widthS: DAY });
  let failing: (() => void) | undefined;
  const hold = { isOn: false, looks: 0, release: Promise.withResolvers<undefined>() };
  const source = {
    ordersCreated: async (
      { from = 0, to = NOW },
      { pageSize: size, pageToken },
    ): Promise<SourcePage> => {
      calls += 1;
      await turns(delay(calls));
      const rows = ORDERS.filter((row) => row.create_time >= from && row.create_time < to);
      const at = Number(pageToken ?? 0);
      const page = rows.reverse().slice(at, at + size);
      const nextToken = at + size < rows.length ? String(at + size) : '';
      return { rows: page, nextToken, totalCount: rows.length, seq: 1, fetchedAt: NOW };
    },
  } satisfies Pick<ShopSource, 'ordersCreated'>;
  const sink: SnapshotSink = {
    publish: async (_reading, rows) => {
      failing?.();
      clockS += pageS;
      await Promise.resolve();
      written.push(...rows.map(({ id }) => ({ row: String(id) })));
    },
    mark: (marker) => {
      failing?.();
      written.push({ marker });
      return Promise.resolve();
    },
  };
  const lease: Lease = {
    get state() {
      return saved;
    },
    save: (change) => {
      saved = { ...saved, ...change };
      written.push({ saved: change, state: saved });
      return Promise.resolve();
    },
  };
  const run = (from: Partial<ShopSource> = source, maxPages = 100): Promise<void> => {
    const finance = {
      ...{ sink, nowS: () => clockS, pageSize, maxPages, signal: new AbortController().signal },
      source: from as ShopSource,
    };
    const [planned] = backfillPlans(from as ShopSource, finance);
    if (planned === undefined) {
      throw new Error('no plan');
    }
    return runBackfill(
      planned.plan,
      {
        ...{ ...finance, onProgress: () => undefined, onSlice: () => undefined },
        isHeld: () => {
          hold.looks += 1;
          return hold.isOn;
        },
        whenFree: async () => {
          await (hold.isOn ? hold.release.promise : undefined);
        },
      },
      lease,
    );
  };
  return {
    ...{ written, run, source, lease, sink },
    hold: () => {
      hold.isOn = true;
    },
    looks: () => hold.looks,
    release: () => {
      hold.isOn = false;
      hold.release.resolve(undefined);
    },
    failWhen: (check: (() => void) | undefined) => {
      failing = check;
    },
  };
}

const rowsOf = (written: readonly Written[]) =>
  new Set(written.flatMap((step) => ('row' in step ? [step.row] : [])));

const markersOf = (written: readonly Written[]) =>
  written.flatMap((step) => ('marker' in step ? [step.marker] : []));

const idsBetween = (from: number, to: number): string[] =>
  ORDERS.filter(({ create_time: at }) => at >= from && at < to).map(({ id }) => id);

/** Everything that stands in a list of effects before it may: empty when all are in their order. */
function faultsOf(written: readonly Written[]): string[] {
  const faults: string[] = [];
  const rows = new Set<string>();
  let marked = NOW;
  let cursor = NOW;
  const expectRows = (ids: readonly string[], what: string): void => {
    if (ids.some((id) => !rows.has(id))) {
      faults.push(`${what} before its rows`);
    }
  };
  for (const step of written) {
    if ('row' in step) {
      rows.add(step.row);
    } else if ('marker' in step) {
      const { from, through } = step.marker;
      expectRows(idsBetween(from, through), `marker ${String(from)}`);
      // A marker whose save failed is written again.
      if (through !== marked && through !== cursor) {
        faults.push(`marker ${String(through)} leaves a gap`);
      }
      marked = Math.max(from, CUT);
    } else {
      const { state, saved } = step;
      if (saved.cursor !== undefined && saved.cursor !== marked) {
        faults.push(`saved ${String(saved.cursor)} before its marker`);
      }
      cursor = state.cursor;
      const within = idsBetween(CUT, cursor)
        .reverse()
        .slice(0, Number(state.pageToken ?? 0));
      const whole = idsBetween(cursor, NOW);
      expectRows([...whole, ...within], 'saved');
      if (state.done !== whole.length + within.length) {
        faults.push(`${String(state.done)} are said to be done at ${String(cursor)}`);
      }
    }
  }
  return faults;
}

describe('runBackfill', () => {
  it('saves fast pages with their slice, and slow ones each', async () => {
    const [fast, slow] = [createStage({ pageS: 0, pageSize: 1 }), createStage({ pageSize: 1 })];
    const saves = (written: readonly Written[]) =>
      written.flatMap((step) =>
        'saved' in step && typeof step.saved.pageToken === 'string' ? [step.saved] : [],
      );
    const tokens = (written: readonly Written[]) => saves(written).length;

    await fast.run();
    await slow.run();

    expect([tokens(fast.written), tokens(slow.written) > 10]).toEqual([0, true]);
    // Pages of a slice are sent before it is the first one: none of them before this run began.
    expect(saves(slow.written).every(({ unmarkedSince }) => unmarkedSince === NOW)).toBe(true);
    expect(rowsOf(fast.written)).toEqual(rowsOf(slow.written));
    expect(markersOf(fast.written)).toEqual(markersOf(slow.written));
  });

  it('says nothing of what is not acknowledged, whatever fails and however pages overtake each other', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 20 }),
        async (fails, delays) => {
          const { written, run, failWhen, lease } = createStage({
            delay: (calls) => delays[calls % delays.length] ?? 0,
          });
          let steps = 0;
          failWhen(() => {
            steps += 1;
            if (fails[steps] === true) {
              throw new Error('the log is away');
            }
          });
          let isWhole = false;
          for (let round = 0; !isWhole && round < 60; round += 1) {
            isWhole = await run().then(
              () => true,
              () => false,
            );
            const effects = written.length;
            await turns(60);
            expect(written).toHaveLength(effects);
          }

          expect(faultsOf(written)).toEqual([]);
          expect([isWhole, rowsOf(written).size]).toEqual([true, 90]);
          expect(lease.state).toMatchObject({ cursor: CUT, pageToken: null, done: 90 });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('counts as many rows in each marker as its slice holds, newest first, down to the beginning', async () => {
    const { written, run } = createStage();
    await run();

    const markers = markersOf(written);
    expect(markers.map(({ records }) => records)).toEqual(
      markers.map(({ from, through }) => idsBetween(from, through).length),
    );
    expect([markers[0]?.through, markers.at(-1)?.from]).toEqual([NOW, 0]);
    expect(markers.length).toBeGreaterThan(5);
  });

  it('reads three slices at once, and six behind one that is not whole yet', async () => {
    const { run, source } = createStage({ delay: () => 20, pageSize: 1 });
    const { promise: isHeld, resolve: release } = Promise.withResolvers<undefined>();
    const asked = new Set<number>();
    let [open, most] = [0, 0];
    const slow: Partial<ShopSource> = {
      ordersCreated: async (bounds, ask) => {
        asked.add(bounds.to ?? 0);
        open += 1;
        most = Math.max(most, open);
        // The first slice's second page comes after all else that is asked for without it.
        await (bounds.to === NOW && ask.pageToken !== undefined ? isHeld : undefined);
        const page = await source.ordersCreated(bounds, ask);
        open -= 1;
        return page;
      },
    };
    const running = run(slow);
    await turns(2_000);
    const beforeFirst = asked.size;
    release(undefined);
    await running;

    expect([beforeFirst, most]).toEqual([7, 3]);
  });

  it('begins no slice while it is held, ends those under way with their markers, and goes on', async () => {
    const { run, source, lease, written, hold, release } = createStage({ delay: () => 20 });
    const begun = new Set<number>();
    const watched: Partial<ShopSource> = {
      ordersCreated: (bounds, ask) => {
        // One row alone is asked for to count them all.
        begun.add(ask.pageSize === 1 ? NOW : (bounds.to ?? 0));
        return source.ordersCreated(bounds, ask);
      },
    };
    const running = run(watched);
    while (begun.size < 3) {
      await turns(1);
    }

    hold();
    await turns(3_000);

    const markers = markersOf(written);
    expect([begun.size, markers.length]).toEqual([3, 3]);
    expect(lease.state).toMatchObject({ cursor: markers.at(-1)?.from, pageToken: null });
    expect(rowsOf(written)).toEqual(new Set(idsBetween(markers.at(-1)?.from ?? 0, NOW)));

    release();
    await running;

    expect(faultsOf(written)).toEqual([]);
    expect(lease.state).toMatchObject({ cursor: CUT, done: 90 });
  });

  it('begins nothing at all when it is held from the start', async () => {
    const { run, written, hold, looks, release } = createStage();
    hold();
    const running = run();
    await turns(200);
    const meanwhile = [written.length, looks()];
    release();
    await running;

    expect(meanwhile).toEqual([0, 0]);

    expect(rowsOf(written).size).toBe(90);
  });

  it('asks for no more pages of the slices beside one that failed', async () => {
    const { run, source } = createStage({ delay: () => 20, pageSize: 1 });
    let asked = 0;
    let askedBefore = 0;
    const failing: Partial<ShopSource> = {
      ordersCreated: async (bounds, ask) => {
        asked += 1;
        if (bounds.to === NOW && ask.pageToken === '1') {
          await turns(30);
          askedBefore = asked;
          throw new TikTokFault('bug', 'refused');
        }
        return source.ordersCreated(bounds, ask);
      },
    };

    await expect(run(failing)).rejects.toThrow(TikTokFault);

    // One that is under way in each of the two.
    expect(asked - askedBefore).toBeLessThanOrEqual(2);
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

  it('reads a slice anew when the token kept from before a restart is refused', async () => {
    const { run, source, lease, written } = createStage();
    await lease.save({ pageToken: 'kept', unmarkedSince: NOW, done: 1 });
    let refusals = 0;
    const refused: Partial<ShopSource> = {
      ordersCreated: (bounds, ask) => {
        refusals += ask.pageToken === 'kept' ? 1 : 0;
        return ask.pageToken === 'kept'
          ? Promise.reject(new TikTokFault('bug', 'no such token'))
          : source.ordersCreated(bounds, ask);
      },
    };

    await run(refused);

    expect(refusals).toBe(1);
    expect(rowsOf(written).size).toBe(90);
    expect(lease.state).toMatchObject({ cursor: CUT, pageToken: null, done: 90 });
  });

  it.each([
    ['a day ago: the log may drop them unread', NOW - DAY, 3],
    ['nobody knows when', null, 3],
    ['within the day, from the kept token', NOW - DAY + 1, 1],
  ])('sends the first pages of a slice again that were sent %s', async (_when, since, rows) => {
    const { run, lease, written } = createStage();
    await lease.save({ pageToken: '2', done: 2, unmarkedSince: since });
    written.length = 0;

    await run();

    const marked = written.findIndex((step) => 'marker' in step);
    const first = rowsOf(written.slice(0, marked));
    expect(idsBetween(NOW - DAY, NOW).filter((id) => first.has(id))).toHaveLength(rows);
    expect(lease.state).toMatchObject({ done: 90, unmarkedSince: null });
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
    expect(rowsOf(written).size).toBe(90);
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
