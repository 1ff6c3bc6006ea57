import type { MetricId, NullReason, Resource, ValueState } from '@tokometrics/contracts';
import { DICTIONARY, FRESHNESS_BUDGET_S, RESOURCES } from '@tokometrics/contracts';
import type { Completeness, Watermark } from './completeness.ts';
import { NOTHING_COMPLETE, watermarkOf } from './completeness.ts';

export interface Interval {
  readonly fromS: number;
  readonly toS: number;
}

/** What is known of a connection at one moment: how far back, how far forward, how fresh. */
export interface Knowledge {
  readonly watermarks: readonly Watermark[];
  /** Oldest watermark among the resources that feed the metric. */
  completeThrough(metric: MetricId): number | null;
  isStale(metric: MetricId): boolean;
  isResourceStale(resource: Resource): boolean;
  /** Every resource of the metric is loaded from here on; infinite while nothing is. */
  loadedFrom(metric: MetricId): number;
  stateOf(metric: MetricId, interval: Interval, isInconsistent: boolean): ValueState;
  /** Why an interval without any row is unknown; undefined: it is known to be empty. */
  unknownReason(metric: MetricId, interval: Interval): NullReason | undefined;
}

export function createKnowledge(
  completeness: ReadonlyMap<Resource, Completeness>,
  nowS: number,
): Knowledge {
  const watermarks = RESOURCES.map((resource) =>
    watermarkOf(resource, completeness.get(resource) ?? NOTHING_COMPLETE),
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
  const isWatermarkStale = ({ resource, completeThrough: through }: Watermark): boolean =>
    through === null || nowS - through > FRESHNESS_BUDGET_S[resource];

  return {
    watermarks,
    completeThrough,
    loadedFrom,
    isStale: (metric) => of(metric).some(isWatermarkStale),
    isResourceStale: (resource) =>
      watermarks.some((mark) => mark.resource === resource && isWatermarkStale(mark)),
    stateOf: (metric, { fromS, toS }, isInconsistent) => {
      if (isInconsistent) {
        return 'source_inconsistent';
      }
      if (fromS < loadedFrom(metric)) {
        return 'backfilling';
      }
      const through = completeThrough(metric);
      return toS > nowS || through === null || through < toS ? 'partial' : 'complete';
    },
    unknownReason: (metric, { fromS }) => {
      if (fromS >= nowS) {
        return 'not_yet';
      }
      if (fromS < loadedFrom(metric)) {
        return 'before_connection';
      }
      const through = completeThrough(metric);
      return through === null || fromS >= through ? 'not_yet' : undefined;
    },
  };
}
