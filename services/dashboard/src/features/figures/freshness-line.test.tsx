import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import { isLoading, isMissing } from '../../ui/figure-state.ts';
import { FreshnessLine, oldestOf } from './freshness-line.tsx';

const of = (completeThrough: string | null, stale = false) => ({
  resource: 'order' as const,
  completeThrough,
  historyFrom: null,
  historyDone: true,
  stale,
  unread: null,
});

afterEach(cleanup);

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

describe('FreshnessLine', () => {
  const said = (completeThrough: string | null, isLoadingNow: boolean, isMissingSome = false) =>
    render(
      <FreshnessLine
        freshness={[of(completeThrough)]}
        isLoading={isLoadingNow}
        isMissing={isMissingSome}
        timezone="Europe/London"
        onRefresh={() => Promise.resolve()}
      />,
    ).container.textContent;

  it('calls nothing complete while days of what is shown are still to be read', () => {
    expect(said('2026-03-23T12:00:00Z', true)).toMatch(
      /^Changes read through 23 Mar 2026.*, history still loading$/u,
    );
    expect(said('2026-03-23T12:00:00Z', false)).toMatch(/Complete through 23 Mar 2026/u);
    expect(said(null, true)).toBe('Still being read for the first time');
  });

  it('says of figures in doubt that they lack records as well', () => {
    const shown = [
      { state: 'complete' as const },
      { state: 'source_inconsistent' as const, lacks: ['records' as const] },
    ];
    expect(said('2026-03-23T12:00:00Z', isLoading(shown), isMissing(shown))).toMatch(
      /^Changes read through 23 Mar 2026[^a-z]*, records missing$/u,
    );
  });

  it('calls nothing complete that lacks records', () => {
    expect(said('2026-03-23T12:00:00Z', false, true)).toMatch(
      /^Changes read through 23 Mar 2026.*, records missing$/u,
    );
  });
});
