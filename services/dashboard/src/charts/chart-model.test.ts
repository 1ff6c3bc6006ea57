import type { Series, ValueState } from '@tokometrics/contracts';
import { describe, expect, it } from '@jest/globals';
import { comparedText, lineOf, pointNote, summarise } from './chart-model.ts';

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

describe('comparedText', () => {
  const last = { value: '3', to: '2026-12-01T00:00:00Z' };

  it.each([
    ['complete', '3', undefined, '3'],
    ['incomplete', '3', undefined, '3 (records that could not be understood are missing)'],
    ['partial', '3', undefined, '3 (not read to its end yet)'],
    ['backfilling', null, 'before_connection', 'n/a (the history has not been read this far)'],
  ] as const)('says what a day to compare with is worth: %s %p', (state, value, reason, text) => {
    const series = {
      ...seriesOf(state, [last]),
      value,
      ...(reason === undefined ? {} : { reason }),
    };

    expect(comparedText(series)).toBe(text);
  });
});

describe('pointNote', () => {
  const noteOf = (state: ValueState, point: Partial<Series['points'][number]>) => {
    const line = lineOf(seriesOf(state, [point]), { name: 'a', tone: 'current', grain: 'day' });
    return line.points.map(pointNote)[0];
  };

  it('says why there is no value, or what keeps it from being final', () => {
    expect(noteOf('complete', { value: '1' })).toBeUndefined();
    expect(noteOf('incomplete', { value: '1' })).toContain('missing');
    expect(noteOf('complete', { reason: 'mixed_currency' })).toContain('more than one currency');
    expect(noteOf('partial', { reason: 'not_yet' })).toBe('not read yet');
    expect(noteOf('partial', { reason: 'not_yet', from: '9999-01-01T00:00:00Z' })).toBe(
      'has not happened yet',
    );
  });
});

describe('summarise', () => {
  const said = (state: ValueState, lacks: Series['lacks'] = []) => {
    const points = [{ value: '1' }, { value: '2', state }];
    const name = { name: 'November', tone: 'current', grain: 'day' } as const;
    const line = lineOf({ ...seriesOf('complete', points), lacks }, name);
    return summarise({ title: 'Orders', total: '3', line });
  };

  it('says to those who do not see the chart that records are missing', () => {
    expect(said('incomplete')).toContain(
      'Orders: 3 in November. Records that could not be understood are missing.',
    );
    expect(said('source_inconsistent', ['records'])).toContain('are missing.');
    expect(said('complete')).not.toContain('missing');
  });
});
