import { describe, expect, it } from '@jest/globals';
import { firstWholeDay, retentionCut } from './retention.ts';

describe('firstWholeDay', () => {
  it.each([
    ['2026-12-01T00:00:00Z', '2024-12-02'],
    ['2026-12-01T09:59:59Z', '2024-12-02'],
    ['2026-12-01T10:00:00Z', '2024-12-03'],
    ['2028-02-29T00:00:00Z', '2026-03-01'],
  ])('is behind the last day that any zone may still show at %s', (now, expected) => {
    expect(firstWholeDay(new Date(now))).toBe(expected);
    expect(expected > retentionCut(now.slice(0, 10))).toBe(true);
  });
});
