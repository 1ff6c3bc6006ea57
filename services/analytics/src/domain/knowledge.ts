import type {
  MetricId,
  MetricValue,
  NullReason,
  Resource,
  ValueState,
} from '@tokometrics/contracts';
import { DICTIONARY, FRESHNESS_BUDGET_S, RESOURCES } from '@tokometrics/contracts';
import type { Known, OpenGap, Watermark } from './completeness.ts';
import { NOTHING_COMPLETE, watermarkOf } from './completeness.ts';

/** What could not be read of one resource, in one. */
export type Unread = Omit<OpenGap, 'resource'>;

export interface Interval {
  readonly fromS: number;
  readonly toS: number;
}

type Lack = NonNullable<MetricValue['lacks']>[number];

/** What is known of a connection at one moment: how far back, how far forward, how fresh. */
export interface Knowledge {
  readonly watermarks: readonly Watermark[];
  /** Oldest watermark among the resources that feed the metric. */
  completeThrough(metric: MetricId): number | null;
  isStale(metric: MetricId): boolean;
  isResourceStale(resource: Resource): boolean;
  /** undefined: nothing of it is missing. */
  unreadOf(resource: Resource): Unread | undefined;
  /** Every resource of the metric is loaded from here on; infinite while nothing is. */
  loadedFrom(metric: MetricId): number;
  stateOf(metric: MetricId, interval: Interval, isInconsistent: boolean): ValueState;
  /** Everything that is missing of an interval; its state tells the worst alone. */
  lacksOf(metric: MetricId, interval: Interval): Lack[];
  /** Why an interval without any row is unknown; undefined: it is known to be empty. */
  unknownReason(metric: MetricId, interval: Interval): NullReason | undefined;
}

export function createKnowledge(
  { complete, gaps }: Pick<Known, 'complete' | 'gaps'>,
  nowS: number,
): Knowledge {
  const watermarks = RESOURCES.map((resource) =>
    watermarkOf(resource, complete.get(resource) ?? NOTHING_COMPLETE),
  );
  const of = (metric: MetricId): Watermark[] =>
    watermarks.filter(({ resource }) => DICTIONARY[metric].resources.includes(resource));

  const completeThrough = (metric: MetricId): number | null =>
    of(metric).reduce<number | null>(
      (oldest, { completeThrough: through }, index) =>
        through === null || (index > 0 && oldest === null)
          ? null
          : Math.min(oldest ?? through, through),
      null,
    );
  const loadedFrom = (metric: MetricId): number =>
    Math.max(...of(metric).map(({ historyFrom }) => historyFrom ?? Number.POSITIVE_INFINITY));
  const isUnloaded = (metric: MetricId, { fromS }: Interval): boolean => fromS < loadedFrom(metric);
  const isGapped = (metric: MetricId, { fromS, toS }: Interval): boolean =>
    gaps.some(
      (gap) =>
        DICTIONARY[metric].resources.includes(gap.resource) &&
        gap.fromS < toS &&
        gap.throughS >= fromS,
    );
  const isWatermarkStale = ({ resource, completeThrough: through }: Watermark): boolean =>
    through === null || nowS - through > FRESHNESS_BUDGET_S[resource];

  return {
    watermarks,
    completeThrough,
    loadedFrom,
    isStale: (metric) => of(metric).some(isWatermarkStale),
    isResourceStale: (resource) =>
      watermarks.some((mark) => mark.resource === resource && isWatermarkStale(mark)),
    unreadOf: (resource) => sumOf(gaps.filter((gap) => gap.resource === resource)),
    stateOf: (metric, interval, isInconsistent) => {
      if (isInconsistent) {
        return 'source_inconsistent';
      }
      if (isUnloaded(metric, interval)) {
        return 'backfilling';
      }
      if (isGapped(metric, interval)) {
        return 'incomplete';
      }
      const through = completeThrough(metric);
      return interval.toS > nowS || through === null || through < interval.toS
        ? 'partial'
        : 'complete';
    },
    lacksOf: (metric, interval) => [
      ...(isUnloaded(metric, interval) ? (['history'] as const) : []),
      ...(isGapped(metric, interval) ? (['records'] as const) : []),
    ],
    unknownReason: (metric, interval) => {
      const { fromS } = interval;
      if (fromS >= nowS) {
        return 'not_yet';
      }
      if (isUnloaded(metric, interval)) {
        return 'before_connection';
      }
      const through = completeThrough(metric);
      return through === null || fromS >= through ? 'not_yet' : undefined;
    },
  };
}

function sumOf(gaps: readonly OpenGap[]): Unread | undefined {
  return gaps.length === 0
    ? undefined
    : {
        records: gaps.reduce((sum, { records }) => sum + records, 0),
        fromS: Math.min(...gaps.map(({ fromS }) => fromS)),
        throughS: Math.max(...gaps.map(({ throughS }) => throughS)),
      };
}
