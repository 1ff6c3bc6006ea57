import type { MetricId, TodayReply } from '@tokometrics/contracts';
import { addDays, METRICS } from '@tokometrics/contracts';
import type { HourFigure } from './bucket-sums.ts';
import { sumHours, totalOf } from './bucket-sums.ts';
import { metricValueOf, valuedOf } from './metric-value.ts';
import type { ViewContext } from './metric-value.ts';
import { deltaBetween, seriesOf } from './overview.ts';
import type { BaselinePeriod, Period } from './overview.ts';
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
  const [figures, lastWeek, statusCounts] = await Promise.all([
    readFigures({ ...deps, figuresByHour: () => hours }, shop, window, baseline, 'activity'),
    hours.then((all) => all.filter(({ at }) => at >= weekAgo.fromS && at < weekAgo.toS)),
    deps.orderStatuses({ ...scope, from: window.from, to: window.to }),
  ]);
  const context: ViewContext = {
    window,
    basis: 'activity',
    knowledge,
    currency: shop.shownCurrency,
  };
  const yesterday = dayWindow(window, addDays(window.today, -1));
  const whole = (period: Period): Period => ({ ...period, total: totalOf(period.perBucket) });
  const line = (period: Period) => seriesFor(context, request.metric, period);
  return {
    meta: metaOf({
      shopKey: shop.shopKey,
      window,
      compare: baseline,
      basis: 'activity',
      currency: shop.currency,
      knowledge,
    }),
    today: line(figures.current),
    yesterday: line(whole(figures.baseline ?? periodOf(yesterday, []))),
    lastWeek: line(periodOf(weekAgo, lastWeek)),
    tiles: tilesOf(context, figures.current, figures.baseline),
    statusCounts: [...statusCounts],
  };
}

function periodOf(window: QueryWindow, hours: readonly HourFigure[]): Period {
  const perBucket = sumHours(window.buckets, hours);
  return {
    date: window.from,
    interval: { fromS: window.fromS, toS: window.toS },
    buckets: window.buckets,
    perBucket,
    total: totalOf(perBucket),
  };
}

function tilesOf(context: ViewContext, current: Period, baseline: BaselinePeriod | undefined) {
  return METRICS.map((metric) => {
    const valued = valuedOf(context, metric, current.total, {
      ...current.interval,
      date: current.date,
    });
    return {
      value: metricValueOf(context, metric, valued, {
        interval: current.interval,
        sums: current.total,
      }),
      delta: deltaBetween(context, metric, valued, baseline),
    };
  });
}

/** Each hour shows the day up to its end; an hour that has not come is null, never a flat line. */
function seriesFor(context: ViewContext, metric: MetricId, period: Period) {
  const valued = valuedOf(context, metric, period.total, {
    ...period.interval,
    date: period.date,
  });
  let sum: Sums = NO_SUMS;
  const perBucket = period.perBucket.map((sums) => {
    sum = addSums(sum, sums);
    return sum;
  });
  const { nowS } = context.window;
  const cumulative = perBucket.map((sums, index) => {
    const begins = period.buckets[index]?.from ?? 0;
    return begins >= nowS ? NO_SUMS : sums;
  });
  return seriesOf(context, metric, valued, {
    ...period,
    perBucket: cumulative,
    isCumulative: true,
  });
}
