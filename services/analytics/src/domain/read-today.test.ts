import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import { aMerchantId, aShopKey } from '@tokometrics/testkit';
import type { Completeness, OpenGap } from './completeness.ts';
import { readToday } from './read-today.ts';

const merchantId = aMerchantId();
const shopKey = aShopKey();
const at = (instant: string): number => Date.parse(instant) / 1000;
const NOW = '2026-11-24T15:30:00Z';
const SINCE = '2026-11-20T00:00:00Z';

/** A shop in London that is read since `since`, on an afternoon. */
const hoursOf = async (gaps: readonly OpenGap[], since = SINCE) => {
  const complete = new Map<Resource, Completeness>(
    RESOURCES.map((resource) => [
      resource,
      {
        create: [{ from: at(since), through: at(NOW) }],
        update: [{ from: at(NOW), through: at(NOW) }],
      },
    ]),
  );
  const { today, yesterday } = await readToday(
    {
      findShop: () => ({
        ...{ v: 1, shopKey, merchantId, epoch: 1, authKey: shopKey, state: 'connected' },
        ...{ region: 'GB', timezone: 'Europe/London', currency: 'GBP' },
        ...{ connectedAt: SINCE, at: SINCE },
      }),
      isFenced: () => false,
      known: () => Promise.resolve({ complete, gaps, revision: 1 }),
      now: () => new Date(NOW),
      figuresByDay: () => Promise.resolve([]),
      figuresByHour: () => Promise.resolve([]),
      figuresOfPartHour: () => Promise.resolve([]),
      orderStatuses: () => Promise.resolve([]),
    },
    merchantId,
    { shop: shopKey, metric: 'gross_sales' },
  );
  const statesOf = ({ state, points }: typeof today) =>
    points.map((point) => `${point.from.slice(8, 13)} ${point.state ?? state}`);
  return { today: statesOf(today), yesterday: statesOf(yesterday) };
};
const hours = (day: string, from: number, to: number, state: string) =>
  Array.from(
    { length: to - from },
    (_none, index) => `${day}T${String(from + index).padStart(2, '0')} ${state}`,
  );

describe('the hours of today, each of which shows the day up to its end', () => {
  it('lack what is missing of an earlier hour, up to now', async () => {
    const gap = { resource: 'order' as const, records: 1 };
    const missing = { fromS: at('2026-11-24T10:10:00Z'), throughS: at('2026-11-24T11:20:00Z') };

    const { today, yesterday } = await hoursOf([{ ...gap, ...missing }]);

    expect(today).toEqual([
      ...hours('24', 0, 10, 'complete'),
      ...hours('24', 10, 16, 'incomplete'),
      ...hours('24', 16, 24, 'partial'),
    ]);
    expect(yesterday).toEqual(hours('23', 0, 24, 'complete'));
  });

  it('are loading as long as an earlier one is', async () => {
    const { today, yesterday } = await hoursOf([], '2026-11-23T12:00:00Z');

    expect(yesterday).toEqual(hours('23', 0, 24, 'backfilling'));
    expect(today).toEqual([...hours('24', 0, 15, 'complete'), ...hours('24', 15, 24, 'partial')]);
  });
});
