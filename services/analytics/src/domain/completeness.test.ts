import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addMarker, addRange, NOTHING_COMPLETE, watermarkOf } from './completeness.ts';
import type { Range } from './completeness.ts';

const range = fc
  .tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 20 }))
  .map(([from, length]): Range => ({ from, through: from + length }));
const ranges = fc.array(range, { maxLength: 12 });

const merge = (list: readonly Range[]): Range[] => list.reduce<Range[]>(addRange, []);
const points = (list: readonly Range[]): number[] =>
  Array.from({ length: 100 }, (_unused, at) => at).filter((at) =>
    list.some(({ from, through }) => from <= at && at < through),
  );

describe('addRange', () => {
  it('covers exactly what its ranges cover', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        expect(points(merge(list))).toEqual(points(list));
      }),
    );
  });

  it('does not depend on order or repetition', () => {
    fc.assert(
      fc.property(ranges, ranges, (list, more) => {
        const whole = merge([...list, ...more]);
        expect(merge([...more, ...list, ...list])).toEqual(whole);
        expect(merge([...list, ...more].reverse())).toEqual(whole);
      }),
    );
  });

  it('keeps ranges sorted and apart', () => {
    fc.assert(
      fc.property(ranges, (list) => {
        merge(list).reduce((end, { from, through }) => {
          expect(from).toBeGreaterThan(end);
          return through;
        }, -1);
      }),
    );
  });

  it('ignores a range that ends before it begins', () => {
    expect(addRange([{ from: 1, through: 2 }], { from: 9, through: 3 })).toEqual([
      { from: 1, through: 2 },
    ]);
  });
});

describe('watermarkOf', () => {
  const marker = { resource: 'order', records: 0, part: 0, parts: 1 } as const;
  const update = (from: number, through: number) => ({
    ...marker,
    axis: 'update' as const,
    from,
    through,
  });
  const create = (from: number, through: number) => ({
    ...marker,
    axis: 'create' as const,
    from,
    through,
  });
  const after = (...markers: Parameters<typeof addMarker>[1][]) =>
    watermarkOf('order', markers.reduce(addMarker, NOTHING_COMPLETE));

  it('is unknown before the first sync', () => {
    expect(after()).toEqual({
      resource: 'order',
      completeThrough: null,
      historyFrom: null,
      historyDone: false,
    });
  });

  it('waits at a hole in live sync until it is filled', () => {
    expect(after(update(100, 110), update(120, 130)).completeThrough).toBe(110);
    expect(after(update(100, 110), update(120, 130), update(108, 121)).completeThrough).toBe(130);
  });

  it('reaches back as far as the history touches the beginning of live sync', () => {
    expect(after(update(100, 110)).historyFrom).toBe(100);
    expect(after(update(100, 110), create(50, 100)).historyFrom).toBe(50);
    expect(after(update(100, 110), create(10, 40), create(50, 100)).historyFrom).toBe(50);
  });

  it('is done once the history is closed', () => {
    expect(after(update(100, 110), create(50, 100)).historyDone).toBe(false);
    expect(after(update(100, 110), create(50, 100), create(0, 50))).toMatchObject({
      historyFrom: 0,
      historyDone: true,
    });
    expect(after(update(100, 110), create(50, 100), create(0, 40)).historyDone).toBe(false);
  });
});
