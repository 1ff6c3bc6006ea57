import { describe, expect, it } from '@jest/globals';
import type { ChartLine, ChartPoint } from './chart-model.ts';
import { summarise } from './chart-model.ts';
import {
  barsOf,
  linePath,
  plotOf,
  splitDoubtful,
  splitOpenTail,
  stretches,
  tickIndexes,
} from './geometry.ts';

const FRAME = { width: 200, height: 120, left: 0, right: 0, top: 10, bottom: 10 };

const point = (value: number | null, rest: Partial<ChartPoint> = {}): ChartPoint => ({
  value,
  text: String(value),
  label: `day of ${String(value)}`,
  tick: '',
  from: '',
  to: '',
  state: 'complete',
  isOpen: false,
  reason: undefined,
  ...rest,
});
const lineWith = (...values: (number | null)[]): ChartLine => ({
  name: 'October',
  tone: 'current',
  isMissing: false,
  points: values.map((value) => point(value)),
});

describe('plotOf', () => {
  it('stands on zero, so that heights are as their values', () => {
    const line = lineWith(50, 100);
    const plot = plotOf([line], FRAME);
    const [half, whole] = barsOf(line.points, plot);
    expect(plot.zero).toBe(110);
    expect((whole?.height ?? 0) / (half?.height ?? 1)).toBeCloseTo(2);
  });

  it('hangs negative values below zero', () => {
    const line = lineWith(100, -50);
    const [, below] = barsOf(line.points, plotOf([line], FRAME));
    expect(below?.y).toBeCloseTo(plotOf([line], FRAME).zero);
  });

  it('has one tick where everything is zero', () => {
    expect(plotOf([lineWith(0, 0)], FRAME).ticks).toEqual([0]);
  });

  it('finds the bucket under a pointer', () => {
    const plot = plotOf([lineWith(1, 2, 3, 4)], FRAME);
    expect([-5, 0, 60, 199, 500].map(plot.indexAt)).toEqual([0, 0, 1, 3, 3]);
  });
});

describe('linePath', () => {
  it('leaves a gap where a value is not known', () => {
    const line = lineWith(1, 2, null, 3, 4);
    const path = linePath(line.points, plotOf([line], FRAME));
    expect(path.match(/M/g)).toHaveLength(2);
  });
});

describe('splitOpenTail', () => {
  it('dashes the way to a bucket that is not over', () => {
    const points = [point(1), point(2), point(1, { isOpen: true }), point(null)];
    const { solid, tail } = splitOpenTail(points);
    expect(solid.map(({ value }) => value)).toEqual([1, 2, null, null]);
    expect(tail.map(({ value }) => value)).toEqual([null, 2, 1, null]);
  });

  it('dashes nothing that is complete', () => {
    expect(splitOpenTail([point(1), point(2)]).tail).toEqual([]);
  });
});

describe('splitDoubtful', () => {
  const lacking = { state: 'incomplete' as const };
  const valuesOf = (points: readonly ChartPoint[]) => points.map(({ value }) => value);

  it('draws the way to and from a value that is not final apart', () => {
    const { sure, doubtful } = splitDoubtful([
      ...[point(1), point(2), point(3, lacking), point(4), point(5)],
    ]);

    expect(valuesOf(sure)).toEqual([1, 2, null, 4, 5]);
    expect(valuesOf(doubtful)).toEqual([null, 2, 3, 4, null]);
  });

  it('takes a value that is not there for no doubtful one', () => {
    const { sure, doubtful } = splitDoubtful([point(1), point(null, lacking), point(3)]);

    expect(valuesOf(sure)).toEqual([1, null, 3]);
    expect(valuesOf(doubtful)).toEqual([null, null, null]);
  });
});

describe('stretches', () => {
  it('joins neighbours that are still loading', () => {
    const loading = { state: 'backfilling' as const };
    const points = [point(null, loading), point(null, loading), point(1), point(null, loading)];
    expect(stretches(points, ({ state }) => state === 'backfilling')).toEqual([
      { from: 0, to: 2 },
      { from: 3, to: 4 },
    ]);
  });
});

describe('tickIndexes', () => {
  it('names as many buckets as fit', () => {
    expect(tickIndexes(10, 1000)).toHaveLength(10);
    expect(tickIndexes(800, 360)).toHaveLength(5);
    expect(tickIndexes(1, 10)).toEqual([0]);
  });
});

describe('summarise', () => {
  it('says total, comparison, highest and lowest', () => {
    const text = summarise({
      title: 'Orders',
      total: '6',
      line: lineWith(1, 3, 2),
      baseline: { name: 'September', total: '5' },
    });
    expect(text).toBe(
      'Orders: 6 in October, against 5 in September. Highest 3 (day of 3), lowest 1 (day of 1).',
    );
  });

  it('counts what is missing and never takes it for zero', () => {
    const text = summarise({ title: 'Orders', total: '6', line: lineWith(null, 4, 2) });
    expect(text).toContain('lowest 2');
    expect(text).toContain('1 of 3 have no value yet.');
  });

  it('tells what is still to come from what is never added up', () => {
    const text = summarise({
      ...{ title: 'Gross sales', total: 'n/a' },
      line: {
        ...lineWith(),
        points: [
          ...[point(4), point(2), point(null, { reason: 'not_yet' })],
          ...[
            point(null, { reason: 'mixed_currency' }),
            point(null, { reason: 'beyond_retention' }),
          ],
        ],
      },
    });
    expect(text).toMatch(
      /1 of 5 have no value yet\. 1 of 5 have no value\. 1 of 5 hold more than one currency and are not added up\.$/,
    );
  });

  it('says that nothing is read to its end yet while it is loading, beside what there is so far', () => {
    const loading = { ...lineWith(), points: [point(null, { state: 'backfilling' }), point(null)] };
    expect(summarise({ title: 'Orders', total: '550', line: loading })).toBe(
      'Orders: 550 so far. No part of this range has been read to its end yet.',
    );
  });

  it('says so when there is nothing', () => {
    expect(summarise({ title: 'Orders', total: '—', line: lineWith(null) })).toBe(
      'Orders: there is no value in this range.',
    );
  });
});
