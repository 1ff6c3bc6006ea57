import type { Basis, MetricId, MetricValue, NullReason } from '@tokometrics/contracts';
import { DICTIONARY, isoInstant } from '@tokometrics/contracts';
import type { Interval, Knowledge } from './knowledge.ts';
import type { QueryWindow } from './query-window.ts';
import { measure } from './sums.ts';
import type { Measured, Sums } from './sums.ts';

/** What surrounds every figure of one answer. */
export interface ViewContext {
  readonly window: QueryWindow;
  readonly basis: Basis;
  readonly knowledge: Knowledge;
  /** Currency of the shop, shown where no row says otherwise. */
  readonly currency: string;
}

export interface Valued {
  readonly value: string | null;
  readonly reason?: NullReason;
}

/**
 * A value or the reason why there is none. Null is never zero, and zero is never a guess: of days
 * whose history has not been read, single rows may be known already (a refund of them is settled, an
 * order of them has changed), and what those add up to is no figure of that day.
 */
export function valuedOf(
  { window, basis, knowledge, currency }: ViewContext,
  metric: MetricId,
  sums: Sums,
  interval: Interval & { readonly date: string },
): Valued {
  if (interval.date < window.cutoff) {
    return { value: null, reason: 'beyond_retention' };
  }
  if (interval.toS <= knowledge.loadedFrom(metric)) {
    return { value: null, reason: interval.fromS >= window.nowS ? 'not_yet' : 'before_connection' };
  }
  const measured = measuredIn(metric, basis, sums, currency);
  const reason = isNothing(measured) ? knowledge.unknownReason(metric, interval) : undefined;
  return reason === undefined ? measured : { value: null, reason };
}

const isNothing = ({ value, reason }: Measured): boolean =>
  value === null ? reason === 'zero_denominator' : /^-?0(\.0+)?$/.test(value);

/** An empty sum has no currency of its own; it is written with the digits of the shop's. */
function measuredIn(metric: MetricId, basis: Basis, sums: Sums, currency: string): Measured {
  return measure(metric, basis, sums.currency === 'none' ? { ...sums, currency } : sums);
}

const REFUND_FED: ReadonlySet<MetricId> = new Set<MetricId>(['net_sales', 'refunds_settled']);

export const isInconsistent = (metric: MetricId, sums: Sums): boolean =>
  REFUND_FED.has(metric) && sums.overRefundedOrders > 0n;

/** Wraps a value with everything that a reader needs to judge it. */
export function metricValueOf(
  context: ViewContext,
  metric: MetricId,
  valued: Valued,
  of: { readonly interval: Interval; readonly sums: Sums },
): MetricValue {
  const { window, basis, knowledge } = context;
  const { unit, version, label } = DICTIONARY[metric];
  const through = knowledge.completeThrough(metric);
  const lacks = knowledge.lacksOf(metric, of.interval);
  return {
    metric,
    value: valued.value,
    ...(valued.reason === undefined ? {} : { reason: valued.reason }),
    ...(unit === 'money' ? { currency: currencyOf(of.sums, context.currency) } : { unit: 'count' }),
    basis,
    timezone: window.zone,
    definitionVersion: version,
    completeThrough: through === null ? null : isoInstant(through),
    state: knowledge.stateOf(metric, of.interval, isInconsistent(metric, of.sums)),
    ...(lacks.length === 0 ? {} : { lacks }),
    stale: knowledge.isStale(metric),
    ...(label === undefined ? {} : { label }),
  };
}

function currencyOf({ currency }: Sums, ofShop: string): string {
  return currency === 'none' || currency === 'mixed' ? ofShop : currency;
}
