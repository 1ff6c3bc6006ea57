import type { Series, ValueState } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import { lineOf, summarise } from './chart-model.ts';

const seriesOf = (state: ValueState, points: readonly Partial<Series['points'][number]>[]) => ({
  metric: 'orders' as const,
  ...{ value: '3', unit: 'count' as const, basis: 'activity' as const, timezone: 'Europe/London' },
  ...{ definitionVersion: 1, completeThrough: null, stale: false },
  state,
  points: points.map((point) => ({
    ...{ from: '2026-11-30T00:00:00Z', to: '2026-12-01T00:00:00Z', date: '2026-11-30' },
    ...{ value: null, ...point },
  })),
});

const statesOf = (series: Series) =>
  lineOf(series, { name: 'now', tone: 'current', grain: 'day' }).points.map(({ state }) => state);

describe('lineOf', () => {
  it.each(['partial', 'incomplete', 'source_inconsistent'] as const)(
    'knows a bucket that is not over, also where it is %s',
    (state) => {
      const series = {
        ...seriesOf(state, [{ value: '2', to: '2026-11-30T00:00:00Z' }, { value: '1' }]),
        completeThrough: '2026-11-30T00:00:00Z',
      };
      const { points } = lineOf(series, { name: 'now', tone: 'current', grain: 'day' });

      expect(points.map(({ isOpen }) => isOpen)).toEqual([false, true]);
    },
  );

  it('takes the state of the series for each point that states none', () => {
    expect(
      statesOf(seriesOf('partial', [{ value: '2', state: 'complete' }, { value: '1' }])),
    ).toEqual(['complete', 'partial']);
    expect(statesOf(seriesOf('backfilling', [{}, { value: '1', state: 'complete' }]))).toEqual([
      'backfilling',
      'complete',
    ]);
    expect(statesOf(seriesOf('complete', [{ value: '1' }]))).toEqual(['complete']);
  });
});

describe('summarise', () => {
  const said = (state: ValueState) => {
    const points = [{ value: '1' }, { value: '2', state }];
    const name = { name: 'November', tone: 'current', grain: 'day' } as const;
    const line = lineOf(seriesOf('complete', points), name);
    return summarise({ title: 'Orders', total: '3', line });
  };

  it('says to those who do not see the chart that records are missing', () => {
    expect(said('incomplete')).toContain(
      'Orders: 3 in November. Records that could not be understood are missing.',
    );
    expect(said('complete')).not.toContain('missing');
  });
});
