import { describe, expect, it } from '@jest/globals';
import { createZone } from './zone-time.ts';

const at = (text: string): number => Date.parse(text) / 1000;

describe('createZone', () => {
  const newYork = createZone('America/New_York');
  const london = createZone('Europe/London');

  it.each([
    ['2026-03-08T06:59:59Z', -5 * 3_600],
    ['2026-03-08T07:00:00Z', -4 * 3_600],
    ['2026-11-01T05:59:59Z', -4 * 3_600],
    ['2026-11-01T06:00:00Z', -5 * 3_600],
    ['2026-07-01T00:00:00Z', -4 * 3_600],
  ])('knows the offset at %s', (time, offset) => {
    expect(newYork.offsetAt(at(time))).toBe(offset);
  });

  it.each([
    ['the first of two occurrences of a doubled time', '2026-11-01T01:30:00Z', 1_793_511_000],
    ['the hour before the clock changes', '2026-03-08T01:59:59Z', 1_772_953_199],
    ['the hour after it', '2026-03-08T03:00:00Z', 1_772_953_200],
  ])('reads %s', (_name, wall, epoch) => {
    expect(newYork.toEpoch(at(wall))).toBe(epoch);
  });

  it('reads every hour of a year back as it was written', () => {
    for (
      let epoch = at('2026-01-01T00:00:00Z');
      epoch < at('2027-01-01T00:00:00Z');
      epoch += 3_600
    ) {
      const isDoubled = epoch === at('2026-10-25T01:00:00Z');
      expect(london.toEpoch(london.toWall(epoch))).toBe(isDoubled ? epoch - 3_600 : epoch);
    }
  });

  it('counts days by the zone', () => {
    const jakarta = createZone('Asia/Jakarta');

    expect(jakarta.dayOf(at('2026-03-01T17:00:00Z'))).toBe(
      jakarta.dayOf(at('2026-03-01T16:59:59Z')) + 1,
    );
  });
});
