import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { MetricId, Resource } from '@tokometrics/contracts';
import { totalOf } from './bucket-sums.ts';
import type { Completeness } from './completeness.ts';
import { createKnowledge } from './knowledge.ts';
import { baselinePeriod, overviewOf } from './overview.ts';
import { baselineOf, resolveWindow } from './query-window.ts';
import { NO_SUMS } from './sums.ts';
import type { Sums } from './sums.ts';

const NOW = new Date('2026-11-24T18:00:00Z');
/** Two days of a shop in Jakarta, and the two before them. */
const range = { from: '2026-11-20', to: '2026-11-22', grain: 'day' as const };
const window = resolveWindow(range, 'Asia/Jakarta', NOW);
const baseline = baselineOf(window, 'previous_period', null);
/** What is known where everything is read from an instant on. */
const contextFrom = (loadedFrom: number) => {
  const known = {
    create: [{ from: loadedFrom, through: window.nowS }],
    update: [{ from: window.nowS, through: window.nowS }],
  };
  const complete = new Map<Resource, Completeness>(RESOURCES.map((resource) => [resource, known]));
  return {
    ...{ window, basis: 'activity' as const, currency: 'IDR' },
    knowledge: createKnowledge({ complete, gaps: [] }, window.nowS),
  };
};

const sold = (currency: string, gross: bigint): Sums => ({
  ...{ ...NO_SUMS, orders: 1n, grossSales: gross * 10_000n, currency, rows: 1 },
});
const RUPIAH = sold('IDR', 100n);
const DOLLARS = sold('USD', 7n);
const BOTH = totalOf([RUPIAH, DOLLARS]);

function looked(
  now: readonly Sums[],
  before: readonly Sums[] = [],
  metric: MetricId = 'gross_sales',
  loadedFrom = 0,
) {
  const current = {
    ...{ date: window.from, interval: { fromS: window.fromS, toS: window.toS } },
    ...{ buckets: window.buckets, perBucket: now, total: totalOf(now) },
  };
  const compared = baseline === undefined ? undefined : baselinePeriod(baseline, before, undefined);
  const { tiles, main } = overviewOf(contextFrom(loadedFrom), metric, current, compared);
  const tile = tiles.find(({ value }) => value.metric === metric);
  const shown = (points: readonly { value: string | null; reason?: string | undefined }[] = []) =>
    points.map(({ value, reason }) => value ?? reason);
  return {
    tile,
    line: { ...main.current, points: shown(main.current.points) },
    before: { ...main.baseline, points: shown(main.baseline?.points) },
  };
}

describe('a series', () => {
  it('has no point in another currency than it says', () => {
    const { tile, line } = looked([RUPIAH, DOLLARS]);

    expect(line).toMatchObject({ value: null, reason: 'mixed_currency', currency: 'IDR' });
    expect(line.points).toEqual(['100', 'mixed_currency']);
    expect(tile?.spark).toEqual(['100', null]);
    expect(looked([BOTH, NO_SUMS]).line.points).toEqual(['mixed_currency', '0']);
  });

  it('is written in the one currency that its amounts have', () => {
    const { tile, line } = looked([DOLLARS, NO_SUMS]);

    expect(line).toMatchObject({ value: '7.00', currency: 'USD', points: ['7.00', '0.00'] });
    expect(tile?.spark).toEqual(['7.00', '0.00']);
  });

  it('of counts has all of them', () => {
    const { tile, line } = looked([RUPIAH, DOLLARS], [], 'orders');

    expect([line.value, line.points, tile?.spark]).toEqual(['2', ['1', '1'], ['1', '1']]);
  });
});

describe('a comparison', () => {
  it('of two currencies is none, and draws no line', () => {
    const { tile, before } = looked([RUPIAH, RUPIAH], [DOLLARS, DOLLARS]);

    expect(tile?.value).toMatchObject({ value: '200', currency: 'IDR' });
    expect(tile?.delta).toMatchObject({
      ...{ kind: 'none', value: null, direction: 'flat', judgement: 'neutral' },
      baseline: { value: null, reason: 'mixed_currency' },
    });
    expect(before).toMatchObject({ value: null, reason: 'mixed_currency', currency: 'IDR' });
    expect(before.points).toEqual(['mixed_currency', 'mixed_currency']);
  });

  it('is on the axis of the figure, with what the other period has of its currency', () => {
    const { tile, before } = looked([DOLLARS, DOLLARS], [DOLLARS, RUPIAH]);

    expect(tile?.delta).toMatchObject({ kind: 'none', baseline: { reason: 'mixed_currency' } });
    expect(before).toMatchObject({ value: null, currency: 'USD' });
    expect(before.points).toEqual(['7.00', 'mixed_currency']);
  });

  it('with nothing is one, since nothing has no currency', () => {
    const { tile, before } = looked([DOLLARS, DOLLARS], [NO_SUMS, NO_SUMS]);

    expect(tile?.delta).toMatchObject({
      ...{ kind: 'new', judgement: 'good', baseline: { value: '0.00', currency: 'USD' } },
    });
    expect(before.points).toEqual(['0.00', '0.00']);
  });

  it('of counts is one, whatever was paid with', () => {
    const { tile, before } = looked([RUPIAH, RUPIAH], [DOLLARS, NO_SUMS], 'orders');

    expect(tile?.delta).toMatchObject({ kind: 'percent', baseline: { value: '1' } });
    expect(before.points).toEqual(['1', '0']);
  });
});

describe('a period to compare with that is loaded in part', () => {
  const noonOf = (day: string) => Date.parse(`2026-11-${day}T05:00:00Z`) / 1000;
  const lookedFrom = (day: string) =>
    looked(...([[RUPIAH, RUPIAH], [RUPIAH, RUPIAH], 'gross_sales', noonOf(day)] as const));

  it('is no figure, and half a day of it no point', () => {
    const { tile, before } = lookedFrom('18');

    expect(tile?.delta).toMatchObject({
      ...{ kind: 'none', value: null, judgement: 'neutral' },
      baseline: { value: null, reason: 'before_connection', lacks: ['history'] },
    });
    expect(before).toMatchObject({ value: null, reason: 'before_connection' });
    expect(before.points).toEqual(['before_connection', '100']);
  });

  it('takes nothing from what is compared, which shows what is there', () => {
    const { tile, line } = lookedFrom('20');

    expect(tile?.value).toMatchObject({ value: '200', state: 'backfilling' });
    expect(line.points).toEqual(['100', '100']);
    expect(tile?.delta.kind).toBe('none');
  });
});
