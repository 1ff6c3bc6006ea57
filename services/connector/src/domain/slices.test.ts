import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DAY_S, FIRST_WIDTH_S, nextSlice, nextWidth, retentionCut } from './slices.ts';
import type { Slice } from './slices.ts';

const PAGE = 50;

/** All slices of a history, with as many rows in each as is said of it. */
function slicesOf(now: number, rowsOn: (slice: Slice) => number): Slice[] {
  const slices: Slice[] = [];
  const cut = retentionCut(now);
  let width = FIRST_WIDTH_S;
  for (let to = now; ;) {
    const slice = nextSlice(to, width, cut);
    if (slice === undefined) {
      return slices;
    }
    slices.push(slice);
    width = nextWidth(rowsOn(slice), PAGE, slice.to - slice.from);
    to = slice.from;
  }
}

describe('slices of a history', () => {
  const instants = fc.integer({ min: 1_500_000_000, max: 4_000_000_000 });

  it('tile the two years from now back to the cut, without gap or overlap', () => {
    fc.assert(
      fc.property(instants, fc.array(fc.nat({ max: 50 * PAGE }), { minLength: 1 }), (now, rows) => {
        let day = 0;
        const slices = slicesOf(now, () => rows[(day += 1) % rows.length] ?? 0);

        expect(slices[0]?.to).toBe(now);
        expect(slices.at(-1)?.from).toBe(retentionCut(now));
        const gaps = slices.filter(
          ({ from, to }, index) => from >= to || to !== (slices[index - 1]?.from ?? now),
        );
        expect(gaps).toEqual([]);
      }),
    );
  });

  it.each([
    ['nothing', 0, [1, 30, 30]],
    ['a page a day', PAGE, [1, 8, 8]],
    ['two pages a day', 2 * PAGE, [1, 4, 4]],
    ['eight pages a day', 8 * PAGE, [1, 1, 1]],
    ['more than a slice should hold', 100 * PAGE, [1, 1, 1]],
  ])('begin with a day and are then as wide as a few pages reach: %s', (_what, daily, days) => {
    const slices = slicesOf(1_795_000_000, ({ from, to }) => (daily * (to - from)) / DAY_S);

    expect(slices.slice(0, 3).map(({ from, to }) => (to - from) / DAY_S)).toEqual(days);
  });

  it('reach back two calendar years, over a leap day too', () => {
    const cut = (text: string) => new Date(retentionCut(Date.parse(text) / 1000) * 1000);

    expect(cut('2026-11-25T12:00:00Z').toISOString()).toBe('2024-11-25T12:00:00.000Z');
    expect(cut('2024-02-29T00:00:00Z').toISOString()).toBe('2022-03-01T00:00:00.000Z');
  });
});
