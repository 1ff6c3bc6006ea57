import { describe, expect, it } from '@jest/globals';
import { firstWholeDay, shownFrom, takenFrom } from './retention.ts';

describe('the first day that a shop is shown', () => {
  it.each([
    ['Europe/London', '2026-12-01T12:00:00Z', '2024-12-02'],
    ['Asia/Jakarta', '2026-12-01T18:00:00Z', '2024-12-03'],
    // In California it is the 30th of November still; the tables have let go of two years before the 1st.
    ['America/Los_Angeles', '2026-12-01T06:00:00Z', '2024-12-02'],
  ])('is none of which a table may have let go: in %s at %s', (zone, now, expected) => {
    expect(shownFrom(zone, new Date(now))).toBe(expected);
  });
});

describe('firstWholeDay', () => {
  it.each([
    ['2026-12-01T00:00:00Z', '2024-12-02'],
    ['2026-12-01T09:59:59Z', '2024-12-02'],
    ['2026-12-01T10:00:00Z', '2024-12-03'],
    ['2028-02-29T00:00:00Z', '2026-03-01'],
  ])('is shown in every zone at %s, and what any shows is taken in', (now, expected) => {
    expect(firstWholeDay(new Date(now))).toBe(expected);
    const shown = ['Pacific/Kiritimati', 'UTC', 'Pacific/Pago_Pago'].map((zone) =>
      shownFrom(zone, new Date(now)),
    );
    expect(shown.filter((day) => day > expected)).toEqual([]);
    expect(shown.filter((day) => day < takenFrom(new Date(now)))).toEqual([]);
  });
});
