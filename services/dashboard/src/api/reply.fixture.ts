import type { MetricId, MetricValue, OverviewReply } from '@tokometrics/contracts';

type Freshness = OverviewReply['meta']['freshness'][number];

/** A resource that was read lately and whole, but for what is said. */
export const read = (
  resource: Freshness['resource'],
  change: Partial<Freshness> = {},
): Freshness => ({
  ...{ resource, completeThrough: '2026-03-23T12:00:00Z', historyFrom: '1970-01-01T00:00:00Z' },
  ...{ historyDone: true, stale: false, unread: null, ...change },
});

/** Of the days from the first to the 23rd of March, in the zone of London. */
export const metaOf = (shopKey: string, freshness: readonly Freshness[], change = {}) => ({
  ...{ shopKey, compare: null, grain: 'day', basis: 'activity', currency: 'GBP' },
  window: {
    ...{ from: '2026-03-01', to: '2026-03-24', open: false },
    ...{ fromInstant: '2026-03-01T00:00:00Z', toInstant: '2026-03-24T00:00:00Z' },
  },
  ...{ timezone: 'Europe/London', freshness, demo: false, ...change },
});

/** A figure that is complete, but for what is said. */
export const valueOf = (metric: MetricId, change: Partial<MetricValue> = {}): MetricValue => ({
  ...{ metric, value: '5', unit: 'count', basis: 'activity', timezone: 'Europe/London' },
  ...{ definitionVersion: 1, completeThrough: '2026-03-24T00:00:00Z', state: 'complete' },
  ...{ stale: false, ...change },
});

export const deltaTo = (baseline: MetricValue, change = {}) => ({
  ...{ kind: 'no_change', value: '0', baseline, direction: 'flat', judgement: 'neutral' },
  ...{ lengthMismatch: false, ...change },
});
