import type { Bucket, MetricId, MetricValue, OverviewReply, Series } from '@tokometrics/contracts';
import { deltaOf, DICTIONARY, isoInstant, METRICS } from '@tokometrics/contracts';
import type { Interval } from './knowledge.ts';
import { isInconsistent, metricValueOf, valuedOf } from './metric-value.ts';
import type { Valued, ViewContext } from './metric-value.ts';
import type { Baseline } from './query-window.ts';
import { totalOf } from './bucket-sums.ts';
import { NO_SUMS } from './sums.ts';
import type { Sums } from './sums.ts';

/** A range with its sums per bucket and as a whole; the whole of a cut baseline is not all buckets. */
export interface Period {
  readonly date: string;
  readonly interval: Interval;
  readonly buckets: readonly Bucket[];
  readonly perBucket: readonly Sums[];
  readonly total: Sums;
  /** Each bucket that has begun shows the period up to its end, and lacks what one before it lacks. */
  readonly isCumulative?: boolean;
  /** Another period is held against it. */
  readonly isCompared?: boolean;
}

export interface BaselinePeriod extends Period {
  readonly lengthMismatch: boolean;
}

export function baselinePeriod(
  baseline: Baseline,
  perBucket: readonly Sums[],
  cutTotal: Sums | undefined,
): BaselinePeriod {
  return {
    date: baseline.from,
    interval: { fromS: baseline.fromS, toS: baseline.cutS },
    buckets: baseline.buckets,
    perBucket,
    total: cutTotal ?? totalOf(perBucket),
    isCompared: true,
    lengthMismatch: baseline.lengthMismatch,
  };
}

const dated = ({ date, interval }: Period) => ({ ...interval, date });

/** What is compared with must be there as a whole: half a history would be a false rise. */
function isHalf(
  { window, knowledge }: ViewContext,
  metric: MetricId,
  { isCompared = false }: Period,
  { fromS, date }: Interval & { readonly date: string },
): boolean {
  return isCompared && date >= window.cutoff && fromS < knowledge.loadedFrom(metric);
}

const HALF: Valued = { value: null, reason: 'before_connection' };

function totalValue(context: ViewContext, metric: MetricId, period: Period): Valued {
  return isHalf(context, metric, period, dated(period))
    ? HALF
    : valuedOf(context, metric, period.total, dated(period));
}

/**
 * Sums as they are shown in or beside a value: written in its currency where they have none, and where
 * they are in another one, they are on no axis with it and have no difference from it.
 */
function writtenLike(
  context: ViewContext,
  { currency = context.currency }: MetricValue,
  sums: Sums,
): { readonly context: ViewContext; readonly sums: Sums } {
  const isAlike = sums.currency === 'none' || sums.currency === currency;
  return {
    context: { ...context, currency },
    sums: isAlike ? sums : { ...sums, currency: 'mixed' },
  };
}

function wrap(context: ViewContext, metric: MetricId, valued: Valued, period: Period): MetricValue {
  return metricValueOf(context, metric, valued, {
    interval: period.interval,
    sums: period.total,
  });
}

function judgementOf(metric: MetricId, direction: 'up' | 'down' | 'flat') {
  if (direction === 'flat') {
    return 'neutral' as const;
  }
  return direction === DICTIONARY[metric].polarity ? ('good' as const) : ('bad' as const);
}

function deltaBetween(
  context: ViewContext,
  current: MetricValue,
  baseline: BaselinePeriod | undefined,
) {
  const { metric } = current;
  const beside = writtenLike(context, current, baseline?.total ?? NO_SUMS);
  if (baseline === undefined) {
    const nothing: Valued = { value: null, reason: 'no_data' };
    const { fromS, toS } = context.window;
    return {
      ...deltaOf(null, null),
      baseline: metricValueOf(beside.context, metric, nothing, {
        ...{ interval: { fromS, toS }, sums: NO_SUMS },
      }),
      judgement: 'neutral' as const,
      lengthMismatch: false,
    };
  }
  const period = { ...baseline, total: beside.sums };
  const before = totalValue(beside.context, metric, period);
  const difference = deltaOf(current.value, before.value);
  return {
    ...difference,
    baseline: wrap(beside.context, metric, before, period),
    judgement: judgementOf(metric, difference.direction),
    lengthMismatch: baseline.lengthMismatch,
  };
}

const intervalOf = (bucket: Bucket) => ({
  fromS: bucket.from,
  toS: bucket.to,
  date: bucket.date,
});

/** What a bucket shows: itself, or where sums grow, all of the period up to its end. */
function shownBy({ window }: ViewContext, { isCumulative, interval }: Period, bucket: Bucket) {
  return isCumulative === true && bucket.from < window.nowS
    ? { ...intervalOf(bucket), fromS: interval.fromS }
    : intervalOf(bucket);
}

/** A bucket of a series, in the series' own currency. */
function partOf(
  context: ViewContext,
  head: MetricValue,
  { bucket, sums }: { readonly bucket: Bucket; readonly sums: Sums },
  period: Period,
): Valued {
  const part = writtenLike(context, head, sums);
  return isHalf(context, head.metric, period, shownBy(context, period, bucket))
    ? HALF
    : valuedOf(part.context, head.metric, part.sums, intervalOf(bucket));
}

const partsOf = ({ buckets, perBucket }: Period) =>
  buckets.map((bucket, index) => ({ bucket, sums: perBucket[index] ?? NO_SUMS }));

export function seriesOf(
  context: ViewContext,
  metric: MetricId,
  period: Period,
  valued: Valued = totalValue(context, metric, period),
): Series {
  const head = wrap(context, metric, valued, period);
  const points = partsOf(period).map((part) => {
    const { bucket, sums } = part;
    const { value, reason } = partOf(context, head, part, period);
    const shown = shownBy(context, period, bucket);
    const state = context.knowledge.stateOf(metric, shown, isInconsistent(metric, sums));
    return {
      from: isoInstant(bucket.from),
      to: isoInstant(bucket.to),
      date: bucket.date,
      value,
      ...(reason === undefined ? {} : { reason }),
      ...(state === head.state ? {} : { state }),
    };
  });
  return { ...head, points };
}

/** A line on the axis of another one. */
export function seriesBeside(context: ViewContext, current: MetricValue, period: Period): Series {
  const beside = writtenLike(context, current, period.total);
  return seriesOf(beside.context, current.metric, { ...period, total: beside.sums });
}

export function tileOf(
  context: ViewContext,
  metric: MetricId,
  current: Period,
  baseline: BaselinePeriod | undefined,
) {
  const value = wrap(context, metric, totalValue(context, metric, current), current);
  return { value, delta: deltaBetween(context, value, baseline) };
}

export function overviewOf(
  context: ViewContext,
  selected: MetricId,
  period: Period,
  baseline: BaselinePeriod | undefined,
): Pick<OverviewReply, 'tiles' | 'main'> {
  const parts = partsOf(period);
  const current = seriesOf(context, selected, period);
  return {
    tiles: METRICS.map((metric) => {
      const tile = tileOf(context, metric, period, baseline);
      const spark = parts.map((part) => partOf(context, tile.value, part, period).value);
      return { ...tile, spark };
    }),
    main: {
      current,
      baseline: baseline === undefined ? null : seriesBeside(context, current, baseline),
    },
  };
}
