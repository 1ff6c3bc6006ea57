import { describe, expect, it } from '@jest/globals';
import { oldestOf } from './freshness-line.tsx';

const of = (completeThrough: string | null, stale = false) => ({
  resource: 'order' as const,
  completeThrough,
  historyFrom: null,
  historyDone: true,
  stale,
});

describe('oldestOf', () => {
  it('is as old as the oldest watermark', () => {
    expect(oldestOf([of('2026-11-23T12:00:00Z'), of('2026-11-23T09:00:00Z', true)])).toEqual({
      at: '2026-11-23T09:00:00Z',
      isStale: true,
    });
  });

  it('has no time while one resource was never read', () => {
    expect(oldestOf([of('2026-11-23T12:00:00Z'), of(null)]).at).toBeNull();
  });
});
