import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { MetricId, Resource, Series } from '@tokometrics/contracts';
import { aMerchantId, aShopKey } from '@tokometrics/testkit';
import type { HourFigure } from './bucket-sums.ts';
import type { Completeness, OpenGap } from './completeness.ts';
import { readToday } from './read-today.ts';
import { NO_SUMS } from './sums.ts';

const merchantId = aMerchantId();
const shopKey = aShopKey();
const at = (instant: string): number => Date.parse(instant) / 1000;
const NOW = '2026-11-24T15:30:00Z';
const SINCE = '2026-11-10T00:00:00Z';

interface Shop {
  readonly metric?: MetricId;
  readonly now?: string;
  readonly since?: string;
  readonly gaps?: readonly OpenGap[];
  /** Up to when transactions are read; orders always up to now. */
  readonly settledThrough?: string;
  readonly hours?: readonly HourFigure[];
}

/** A shop in London that is read since `since`, on an afternoon where no other moment is given. */
async function look({
  metric = 'gross_sales',
  now = NOW,
  since = SINCE,
  gaps = [],
  settledThrough = now,
  hours = [],
}: Shop) {
  const complete = new Map<Resource, Completeness>(
    RESOURCES.map((resource) => {
      const through = at(resource === 'transaction' ? settledThrough : now);
      return [
        resource,
        { create: [{ from: at(since), through }], update: [{ from: through, through }] },
      ];
    }),
  );
  return readToday(
    {
      findShop: () => ({
        ...{ v: 1, shopKey, merchantId, epoch: 1, authKey: shopKey, state: 'connected' },
        ...{ region: 'GB', timezone: 'Europe/London', currency: 'GBP' },
        ...{ connectedAt: SINCE, at: SINCE },
      }),
      isFenced: () => false,
      known: () => Promise.resolve({ complete, gaps, revision: 1 }),
      now: () => new Date(now),
      figuresByDay: () => Promise.resolve([]),
      figuresByHour: () => Promise.resolve(hours),
      figuresOfPartHour: () => Promise.resolve([]),
      orderStatuses: () => Promise.resolve([]),
    },
    merchantId,
    { shop: shopKey, metric },
  );
}
const statesOf = ({ state, points }: Series) =>
  points.map((point) => `${point.from.slice(8, 13)} ${point.state ?? state}`);
const valuesOf = ({ points }: Series) => points.map(({ value, reason }) => value ?? reason);
const hours = (day: string, from: number, to: number, state: string) =>
  Array.from(
    { length: to - from },
    (_none, index) => `${day}T${String(from + index).padStart(2, '0')} ${state}`,
  );
const times = (count: number, what: string) => Array.from({ length: count }, () => what);
const sale = (instant: string, pounds: bigint, currency = 'GBP'): HourFigure => ({
  ...{ storedOn: instant.slice(0, 10), at: at(instant) },
  sums: { ...NO_SUMS, orders: 1n, grossSales: pounds * 10_000n, currency, rows: 1 },
});
const gapOf = (from: string, through: string): OpenGap => ({
  ...{ resource: 'order', records: 1, fromS: at(from), throughS: at(through) },
});

describe('the hours of today, each of which shows the day up to its end', () => {
  it('lack what is missing of an earlier hour, up to now', async () => {
    const missing = gapOf('2026-11-24T10:10:00Z', '2026-11-24T11:20:00Z');

    const { today, yesterday } = await look({ gaps: [missing] });

    expect(statesOf(today)).toEqual([
      ...hours('24', 0, 10, 'complete'),
      ...hours('24', 10, 16, 'incomplete'),
      ...hours('24', 16, 24, 'partial'),
    ]);
    expect(statesOf(yesterday)).toEqual(hours('23', 0, 24, 'complete'));
  });

  it('are loading as long as an earlier one is', async () => {
    const { today, yesterday } = await look({ since: '2026-11-23T12:00:00Z' });

    expect(statesOf(yesterday)).toEqual(hours('23', 0, 24, 'backfilling'));
    expect(statesOf(today)).toEqual([
      ...hours('24', 0, 15, 'complete'),
      ...hours('24', 15, 24, 'partial'),
    ]);
  });
});

describe('the whole day of yesterday, looked at in the night', () => {
  const now = '2026-11-24T03:00:00Z';

  it('is read in part where statements are read through its evening', async () => {
    const settledThrough = '2026-11-23T18:00:00Z';

    const { yesterday } = await look({ metric: 'net_sales', now, settledThrough });

    expect(yesterday.state).toBe('partial');
    expect(statesOf(yesterday)).toEqual([
      ...hours('23', 0, 18, 'complete'),
      ...hours('23', 18, 24, 'partial'),
    ]);
  });

  it('lacks what is missing of its afternoon', async () => {
    const missing = gapOf('2026-11-23T15:00:00Z', '2026-11-23T15:30:00Z');

    const { yesterday } = await look({ now, gaps: [missing] });

    expect(yesterday).toMatchObject({ state: 'incomplete', lacks: ['records'] });
    expect(statesOf(yesterday)).toEqual([
      ...hours('23', 0, 15, 'complete'),
      ...hours('23', 15, 24, 'incomplete'),
    ]);
  });

  it('has the sales of all its hours', async () => {
    const sold = [sale('2026-11-23T01:00:00Z', 2n), sale('2026-11-23T20:00:00Z', 3n)];

    const { yesterday, lastWeek } = await look({
      now,
      hours: [sale('2026-11-17T08:00:00Z', 7n), ...sold],
    });

    expect(yesterday.value).toBe('5.00');
    expect(valuesOf(yesterday)).toEqual([...['0.00', ...times(19, '2.00'), ...times(4, '5.00')]]);
    expect(valuesOf(lastWeek)).toEqual([...times(8, '0.00'), ...times(16, '7.00')]);
  });
});

describe('a day that today is compared with', () => {
  it('is not shown where it is loaded in part: half of it would be a false comparison', async () => {
    const sold = ['2026-11-17', '2026-11-23', '2026-11-24'].map((day) =>
      sale(`${day}T14:00:00Z`, 4n),
    );

    const half = await look({ since: '2026-11-23T12:00:00Z', hours: sold });
    const week = await look({ since: '2026-11-17T12:00:00Z', hours: sold });

    for (const line of [half.yesterday, half.lastWeek, week.lastWeek]) {
      expect(line).toMatchObject({ value: null, reason: 'before_connection', lacks: ['history'] });
      expect(valuesOf(line)).toEqual(times(24, 'before_connection'));
    }
    expect(week.yesterday.value).toBe('4.00');
    expect(valuesOf(week.yesterday)).toEqual([...times(14, '0.00'), ...times(10, '4.00')]);
    expect(half.today.value).toBe('4.00');
  });

  it('has no amounts on the axis of another currency', async () => {
    const { today, yesterday, lastWeek } = await look({
      hours: [
        sale('2026-11-17T08:00:00Z', 7n),
        sale('2026-11-17T10:00:00Z', 7n, 'USD'),
        sale('2026-11-23T08:00:00Z', 7n, 'USD'),
        sale('2026-11-24T08:00:00Z', 7n),
      ],
    });

    expect(today).toMatchObject({ value: '7.00', currency: 'GBP' });
    for (const line of [yesterday, lastWeek]) {
      expect(line).toMatchObject({ value: null, reason: 'mixed_currency', currency: 'GBP' });
    }
    expect(valuesOf(yesterday)).toEqual([...times(8, '0.00'), ...times(16, 'mixed_currency')]);
    expect(valuesOf(lastWeek)).toEqual([
      ...[...times(8, '0.00'), ...times(2, '7.00'), ...times(14, 'mixed_currency')],
    ]);
  });
});
