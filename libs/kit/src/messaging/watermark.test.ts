import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createWatermark } from './watermark.ts';

/** Offsets with gaps, as compaction and transactions leave them. */
const offsets = fc
  .uniqueArray(fc.bigInt({ min: 0n, max: 5_000n }), { minLength: 1, maxLength: 60 })
  .map((all) => all.sort((a, b) => (a < b ? -1 : 1)));

const shuffledPrefix = offsets.chain((all) =>
  fc.record({ all: fc.constant(all), order: fc.shuffledSubarray(all) }),
);

describe('watermark', () => {
  it('stands one past the longest settled prefix, in whatever order units settle', () => {
    fc.assert(
      fc.property(shuffledPrefix, ({ all, order }) => {
        const watermark = createWatermark();
        all.forEach(watermark.open);
        const settled = new Set<bigint>();
        for (const offset of order) {
          watermark.settle(offset);
          settled.add(offset);

          const hole = all.findIndex((each) => !settled.has(each));
          const prefix = hole === -1 ? all : all.slice(0, hole);
          const last = prefix.at(-1);
          expect(watermark.committable()).toBe(last === undefined ? undefined : last + 1n);
        }
        expect(watermark.openUnits()).toBe(
          all.length - all.filter((o) => o < (watermark.committable() ?? 0n)).length,
        );
      }),
    );
  });

  it('never moves backwards while units open and settle in turns', () => {
    fc.assert(
      fc.property(offsets, fc.infiniteStream(fc.nat()), (all, picks) => {
        const watermark = createWatermark();
        const open: bigint[] = [];
        let before = -1n;
        for (const offset of all) {
          watermark.open(offset);
          open.push(offset);
          const pick = picks.next().value % open.length;
          watermark.settle(open.splice(pick, 1)[0] ?? -1n);
          const now = watermark.committable() ?? -1n;
          expect(now).toBeGreaterThanOrEqual(before);
          expect(open.every((each) => each >= now)).toBe(true);
          before = now;
        }
      }),
    );
  });

  it('ignores unknown, repeated and future offsets', () => {
    const watermark = createWatermark();
    watermark.open(4n);
    watermark.open(9n);

    watermark.settle(7n);
    watermark.settle(100n);
    expect(watermark.committable()).toBeUndefined();

    watermark.settle(4n);
    watermark.settle(4n);
    expect(watermark.committable()).toBe(5n);
    expect(watermark.openUnits()).toBe(1);
  });

  it('refuses units out of offset order', () => {
    const watermark = createWatermark();
    watermark.open(4n);

    expect(() => watermark.open(4n)).toThrow(RangeError);
  });

  it('keeps memory to the open units on a long stream', () => {
    const watermark = createWatermark();
    for (let offset = 0n; offset < 10_000n; offset += 1n) {
      watermark.open(offset);
      watermark.settle(offset);
    }

    expect(watermark.committable()).toBe(10_000n);
    expect(watermark.openUnits()).toBe(0);
  });
});
