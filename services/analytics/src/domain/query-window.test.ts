import { describe, expect, it } from '@jest/globals';
import { isoInstant } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import { baselineOf, dayWindow, resolveWindow, wholeWindow } from './query-window.ts';
import type { WindowRequest } from './query-window.ts';

const now = new Date('2026-11-25T05:30:00Z'); // 12:30 in Jakarta
const zone = 'Asia/Jakarta';
const resolve = (request: WindowRequest, at = now, of = zone) => resolveWindow(request, of, at);

function refusal(request: WindowRequest) {
  try {
    resolve(request);
  } catch (error) {
    if (error instanceof AppError) {
      return [error.code, error.details?.reason, error.details?.errors?.[0]];
    }
  }
  return undefined;
}

describe('resolveWindow', () => {
  it.each([
    [{}, '2026-10-28', '2026-11-25', false],
    [{ range: 'today' }, '2026-11-25', '2026-11-26', true],
    [{ range: 'yesterday' }, '2026-11-24', '2026-11-25', false],
    [{ range: '7d' }, '2026-11-18', '2026-11-25', false],
    [{ range: '91d' }, '2026-08-26', '2026-11-25', false],
    [{ range: 'mtd' }, '2026-11-01', '2026-11-26', true],
    [{ range: '12mo' }, '2025-11-26', '2026-11-26', true],
    [{ from: '2026-11-20', to: '2026-12-01' }, '2026-11-20', '2026-12-01', true],
  ] as const)('reads %j as %s to %s', (request, from, to, open) => {
    expect(resolve(request)).toMatchObject({ from, to, open });
  });

  it('cuts days in the zone of the shop', () => {
    const window = resolve({ range: 'today' });

    expect([isoInstant(window.fromS), window.grain, window.buckets.length]).toEqual([
      '2026-11-24T17:00:00.000Z',
      'hour',
      24,
    ]);
  });

  it.each([
    [{ from: '2026-11-02', to: '2026-11-01' }, '/from', 'date.after_to'],
    [{ from: '2026-11-02', to: '2026-11-02' }, '/from', 'date.empty'],
    [{ from: '2026-11-26', to: '2026-11-28' }, '/from', 'date.in_future'],
    [{ from: '2024-11-01', to: '2026-11-10' }, '/to', 'range.over_two_years'],
    [{ from: '2026-11-01' }, '/to', 'date.missing'],
    [{ to: '2026-11-01' }, '/from', 'date.missing'],
    [{ range: '7d', from: '2026-11-01' }, '/range', 'range.given_twice'],
  ] as const)('refuses %j', (request, pointer, reason) => {
    expect(refusal(request)).toEqual([
      'request.unacceptable',
      'range.invalid',
      { pointer, reason },
    ]);
  });

  it('refuses more than 800 points and names the nearest grain that fits', () => {
    expect(refusal({ from: '2026-10-01', to: '2026-11-10', grain: 'hour' })).toEqual([
      'request.unacceptable',
      'query.too_large',
      { pointer: '/grain', reason: 'day' },
    ]);
  });

  it.each([
    [{ range: '91d', grain: 'hour' }, 'day', 91],
    [{ range: 'today' }, 'day', 1],
    [{ range: '28d', grain: 'week' }, 'week', 5],
  ] as const)(
    'counts points of %j by the finest grain that there is: %s',
    (request, grain, points) => {
      const window = resolve({ ...request, finest: 'day' });

      expect([window.grain, window.buckets.length]).toEqual([grain, points]);
    },
  );

  it('knows the first day that may be shown', () => {
    expect(resolve({}).cutoff).toBe('2024-11-26');
    expect(wholeWindow(zone, now)).toMatchObject({ from: '2024-11-26', to: '2026-11-26' });
    expect(dayWindow(resolve({}), '2026-11-20')).toMatchObject({
      ...{ from: '2026-11-20', to: '2026-11-21' },
      ...{ open: false, grain: 'hour' },
    });
  });
});

describe('baselineOf', () => {
  const cut = (request: WindowRequest, through: string | null, at = now, of = zone) => {
    const window = resolve(request, at, of);
    const readThrough = through === null ? null : Date.parse(through) / 1000;
    const baseline = baselineOf(window, 'previous_period', readThrough);
    return baseline === undefined ? undefined : [baseline.cutDay, isoInstant(baseline.cutS)];
  };

  it('is absent without comparison', () => {
    expect(baselineOf(resolve({}), 'none', null)).toBeUndefined();
  });

  it('steps a calendar month and says that months differ in length', () => {
    const march = resolve({ from: '2026-03-01', to: '2026-04-01' });

    expect(baselineOf(march, 'previous_period', null)).toMatchObject({
      ...{ from: '2026-02-01', to: '2026-03-01', lengthMismatch: true },
      cutDay: undefined,
    });
  });

  it.each([
    ['2026-02-01', '2026-03-01', '2025-02-01', '2025-03-01'],
    ['2024-12-29', '2025-01-03', '2023-12-29', '2024-01-03'],
  ])('steps a year from %s to %s', (from, to, baseFrom, baseTo) => {
    const window = resolve({ from, to });

    expect(baselineOf(window, 'previous_year', null)).toMatchObject({ from: baseFrom, to: baseTo });
  });

  it('is cut at the same local time while the window is open', () => {
    expect(cut({ range: 'today' }, null)).toEqual(['2026-11-24', '2026-11-24T05:30:00.000Z']);
    expect(cut({ range: 'mtd' }, null)).toEqual(['2026-10-25', '2026-10-25T05:30:00.000Z']);
  });

  it('is cut where a lagging sync has got to', () => {
    expect(cut({ range: 'today' }, '2026-11-25T02:00:00Z')).toEqual([
      '2026-11-24',
      '2026-11-24T02:00:00.000Z',
    ]);
    expect(cut({ range: 'today' }, '2026-11-20T02:00:00Z')).toEqual([
      '2026-11-24',
      '2026-11-23T17:00:00.000Z',
    ]);
  });

  it('ends at the end of a spring gap, and after both passages of an autumn hour', () => {
    const berlin = 'Europe/Berlin';

    expect(cut({ range: 'today' }, null, new Date('2026-03-30T00:30:00Z'), berlin)).toEqual([
      '2026-03-29',
      '2026-03-29T01:00:00.000Z',
    ]);
    expect(cut({ range: 'today' }, null, new Date('2026-10-26T01:30:00Z'), berlin)).toEqual([
      '2026-10-25',
      '2026-10-25T01:30:00.000Z',
    ]);
  });

  it('is whole where it is shorter than the time that has passed', () => {
    const window = resolve(
      { from: '2026-03-01', to: '2026-04-01' },
      new Date('2026-03-30T05:00:00Z'),
    );

    expect(baselineOf(window, 'previous_period', null)?.cutDay).toBeUndefined();
  });
});
