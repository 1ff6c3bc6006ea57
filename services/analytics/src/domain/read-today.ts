import type { MetricId, TodayReply } from '@tokometrics/contracts';
import { addDays, METRICS } from '@tokometrics/contracts';
import type { HourFigure } from './bucket-sums.ts';
import { sumHours, totalOf } from './bucket-sums.ts';
import type { ViewContext } from './metric-value.ts';
import { seriesBeside, seriesOf, tileOf } from './overview.ts';
import type { Period } from './overview.ts';
import { dayWindow } from './query-window.ts';
import type { QueryWindow } from './query-window.ts';
import { readFigures } from './read-figures.ts';
import { openFigures } from './read-overview.ts';
import type { OverviewDeps } from './read-overview.ts';
import { metaOf } from './reply-meta.ts';
import { addSums, NO_SUMS } from './sums.ts';
import type { Sums } from './sums.ts';

export interface TodayDeps extends OverviewDeps {
  readonly orderStatuses: (params: {
    readonly shopKey: string;
    readonly epoch: number;
    readonly cutoff: string;
    readonly from: string;
    readonly to: string;
  }) => Promise<readonly { status: string; orders: number }[]>;
}

/** Cumulative hours of today beside yesterday and the same weekday of last week. */
export async function readToday(
  deps: TodayDeps,
  merchantId: string,
  request: { readonly shop: string; readonly metric: MetricId },
): Promise<Omit<TodayReply, 'meta'> & { meta: ReturnType<typeof metaOf> }> {
  const opened = await openFigures(deps, merchantId, {
    shop: request.shop,
    range: 'today',
    grain: 'hour',
    basis: 'activity',
    compare: 'previous_period',
  });
  const { shop, window, knowledge, baseline } = opened;
  const scope = { shopKey: shop.shopKey, epoch: shop.epoch, cutoff: window.cutoff };
  const weekAgo = dayWindow(window, addDays(window.today, -7));
  // One scan of eight days serves today, yesterday and last week.
  const hours = deps.figuresByHour({
    ...scope,
    revision: shop.revision,
    ...{ from: weekAgo.from, to: window.to },
    ...{ baseFrom: weekAgo.from, baseTo: weekAgo.from },
  });
  const [figures, eightDays, statusCounts] = await Promise.all([
    readFigures({ ...deps, figuresByHour: () => hours }, shop, window, baseline, 'activity'),
    hours,
    deps.orderStatuses({ ...scope, from: window.from, to: window.to }),
  ]);
  const context: ViewContext = {
    window,
    basis: 'activity',
    knowledge,
    currency: shop.shownCurrency,
  };
  const today = seriesOf(context, request.metric, growing(context, figures.current));
  // A whole day, unlike what tiles are compared with: that is cut at the time of day that was read.
  const daysAgo = (days: number) => {
    const day = dayWindow(window, addDays(window.today, -days));
    return seriesBeside(context, today, growing(context, periodOf(day, eightDays)));
  };
  return {
    meta: metaOf({
      shopKey: shop.shopKey,
      window,
      compare: baseline,
      basis: 'activity',
      currency: shop.currency,
      knowledge,
    }),
    today,
    yesterday: daysAgo(1),
    lastWeek: daysAgo(7),
    tiles: METRICS.map((metric) => tileOf(context, metric, figures.current, figures.baseline)),
    statusCounts: [...statusCounts],
  };
}

/** A day that today is compared with. */
function periodOf(window: QueryWindow, hours: readonly HourFigure[]): Period {
  const perBucket = sumHours(window.buckets, hours);
  return {
    date: window.from,
    interval: { fromS: window.fromS, toS: window.toS },
    buckets: window.buckets,
    perBucket,
    total: totalOf(perBucket),
    isCompared: true,
  };
}

/** Each hour shows the day up to its end; an hour that has not come is null, never a flat line. */
function growing({ window }: ViewContext, period: Period): Period {
  let sum: Sums = NO_SUMS;
  const perBucket = period.perBucket.map((sums, index) => {
    sum = addSums(sum, sums);
    const begins = period.buckets[index]?.from ?? 0;
    return begins >= window.nowS ? NO_SUMS : sum;
  });
  return { ...period, perBucket, isCumulative: true };
}
