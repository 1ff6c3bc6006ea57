import type { Bucket, MetricId, MetricValue, OverviewReply, Series } from '@tokometrics/contracts';
import { deltaOf, DICTIONARY, isoInstant, METRICS } from '@tokometrics/contracts';
import type { Interval } from './knowledge.ts';
import { metricValueOf, valuedOf } from './metric-value.ts';
import type { Valued, ViewContext } from './metric-value.ts';
import type { Baseline } from './query-window.ts';
import { totalOf } from './bucket-sums.ts';
import type { Sums } from './sums.ts';
import { isInconsistent } from './metric-value.ts';

/** A range with its sums per bucket and as a whole; the whole of a cut baseline is not all buckets. */
export interface Period {
  readonly date: string;
  readonly interval: Interval;
  readonly buckets: readonly Bucket[];
  readonly perBucket: readonly Sums[];
  readonly total: Sums;
  /** Each bucket that has begun shows the period up to its end, and lacks what one before it lacks. */
  readonly isCumulative?: boolean;
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
    lengthMismatch: baseline.lengthMismatch,
  };
}

function totalValue(context: ViewContext, metric: MetricId, period: Period): Valued {
  return valuedOf(context, metric, period.total, { ...period.interval, date: period.date });
}

/** What is compared with must be there as a whole: half a history would be a false rise. */
function baselineValue(context: ViewContext, metric: MetricId, period: Period): Valued {
  return period.interval.fromS < context.knowledge.loadedFrom(metric) &&
    period.date >= context.window.cutoff
    ? { value: null, reason: 'before_connection' }
    : totalValue(context, metric, period);
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

export function deltaBetween(
  context: ViewContext,
  metric: MetricId,
  current: Valued,
  baseline: BaselinePeriod | undefined,
) {
  if (baseline === undefined) {
    const nothing: Valued = { value: null, reason: 'no_data' };
    const { window } = context;
    const interval = { fromS: window.fromS, toS: window.toS };
    return {
      ...deltaOf(null, null),
      baseline: metricValueOf(context, metric, nothing, { interval, sums: totalOf([]) }),
      judgement: 'neutral' as const,
      lengthMismatch: false,
    };
  }
  const before = baselineValue(context, metric, baseline);
  const difference = deltaOf(current.value, before.value);
  return {
    ...difference,
    baseline: wrap(context, metric, before, baseline),
    judgement: judgementOf(metric, difference.direction),
    lengthMismatch: baseline.lengthMismatch,
  };
}

const intervalOf = (bucket: Bucket) => ({
  fromS: bucket.from,
  toS: bucket.to,
  date: bucket.date,
});

export function seriesOf(
  context: ViewContext,
  metric: MetricId,
  valued: Valued,
  period: Period,
): Series {
  const head = wrap(context, metric, valued, period);
  const points = period.buckets.map((bucket, index) => {
    const sums = period.perBucket[index] ?? totalOf([]);
    const { value, reason } = valuedOf(context, metric, sums, intervalOf(bucket));
    const shown =
      period.isCumulative === true && bucket.from < context.window.nowS
        ? { fromS: period.interval.fromS, toS: bucket.to }
        : intervalOf(bucket);
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

export function overviewOf(
  context: ViewContext,
  selected: MetricId,
  current: Period,
  baseline: BaselinePeriod | undefined,
): Pick<OverviewReply, 'tiles' | 'main'> {
  const tiles = METRICS.map((metric) => {
    const valued = totalValue(context, metric, current);
    return {
      value: wrap(context, metric, valued, current),
      delta: deltaBetween(context, metric, valued, baseline),
      spark: current.buckets.map((bucket, index) => {
        const sums = current.perBucket[index] ?? totalOf([]);
        return valuedOf(context, metric, sums, intervalOf(bucket)).value;
      }),
    };
  });
  return {
    tiles,
    main: {
      current: seriesOf(context, selected, totalValue(context, selected, current), current),
      baseline:
        baseline === undefined
          ? null
          : seriesOf(context, selected, baselineValue(context, selected, baseline), baseline),
    },
  };
}
