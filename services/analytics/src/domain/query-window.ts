import type { Bucket, Granularity, LocalRange, RANGES } from '@tokometrics/contracts';
import {
  addDays,
  addMonths,
  bucketsOf,
  daysBetween,
  defaultGranularity,
  localDateOf,
  previousPeriod,
  startOfDay,
  zoneOffset,
} from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import { shownFrom } from './retention.ts';

type NamedRange = (typeof RANGES)[number];
export type CompareMode = 'previous_period' | 'previous_year' | 'none';

export interface WindowRequest {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly range?: NamedRange | undefined;
  readonly grain?: Granularity | undefined;
  /** `day`: hours asked for are days, as products are summed by day; else as asked. */
  readonly finest?: 'day' | undefined;
}

export interface QueryWindow extends LocalRange {
  readonly zone: string;
  readonly fromS: number;
  readonly toS: number;
  /** Now, epoch seconds, and the shop's local day at that time. */
  readonly nowS: number;
  readonly today: string;
  /** The window reaches beyond now. */
  readonly open: boolean;
  /** First local day that may be shown. */
  readonly cutoff: string;
  readonly grain: Granularity;
  readonly buckets: readonly Bucket[];
}

const MAX_DAYS = 731;
const MAX_POINTS = 800;
const COARSER: readonly Granularity[] = ['hour', 'day', 'week', 'month'];

function refuse(reason: 'range.invalid' | 'query.too_large', pointer: string, why: string): never {
  throw new AppError('request.unacceptable', 'this range of dates cannot be shown', {
    details: { reason, errors: [{ pointer, reason: why }] },
  });
}

function namedRange(range: NamedRange, today: string): LocalRange {
  const tomorrow = addDays(today, 1);
  switch (range) {
    case 'today':
      return { from: today, to: tomorrow };
    case 'yesterday':
      return { from: addDays(today, -1), to: today };
    case '7d':
      return { from: addDays(today, -7), to: today };
    case '28d':
      return { from: addDays(today, -28), to: today };
    case '91d':
      return { from: addDays(today, -91), to: today };
    case 'mtd':
      return { from: `${today.slice(0, 7)}-01`, to: tomorrow };
    case '12mo':
      return { from: addMonths(tomorrow, -12), to: tomorrow };
  }
}

function rangeOf({ from, to, range }: WindowRequest, today: string): LocalRange {
  if (range !== undefined) {
    if (from !== undefined || to !== undefined) {
      refuse('range.invalid', '/range', 'range.given_twice');
    }
    return namedRange(range, today);
  }
  if (from === undefined && to === undefined) {
    return namedRange('28d', today);
  }
  if (from === undefined || to === undefined) {
    return refuse('range.invalid', from === undefined ? '/from' : '/to', 'date.missing');
  }
  return { from, to };
}

function checkRange({ from, to }: LocalRange, today: string): void {
  if (from >= to) {
    refuse('range.invalid', '/from', from === to ? 'date.empty' : 'date.after_to');
  }
  if (from > today) {
    refuse('range.invalid', '/from', 'date.in_future');
  }
  if (daysBetween(from, to) > MAX_DAYS) {
    refuse('range.invalid', '/to', 'range.over_two_years');
  }
}

/** Local days of the shop → window with its buckets, or 422 that says what would do. */
export function resolveWindow(request: WindowRequest, zone: string, now: Date): QueryWindow {
  const nowS = Math.floor(now.getTime() / 1000);
  const today = localDateOf(zone, nowS);
  const range = rangeOf(request, today);
  checkRange(range, today);
  const asked = request.grain ?? defaultGranularity(range.from, range.to);
  const grain = request.finest === 'day' && asked === 'hour' ? 'day' : asked;
  const fromS = startOfDay(zone, range.from);
  const toS = startOfDay(zone, range.to);
  if (countPoints(range, grain) > MAX_POINTS) {
    const legal = COARSER.find((other) => countPoints(range, other) <= MAX_POINTS) ?? 'month';
    refuse('query.too_large', '/grain', legal);
  }
  return {
    ...range,
    zone,
    fromS,
    toS,
    nowS,
    today,
    open: toS > nowS,
    cutoff: shownFrom(zone, now),
    grain,
    buckets: bucketsOf(zone, range.from, range.to, grain),
  };
}

/** Everything that is kept, up to the end of today. */
export function wholeWindow(zone: string, now: Date): QueryWindow {
  const nowS = Math.floor(now.getTime() / 1000);
  const today = localDateOf(zone, nowS);
  const from = shownFrom(zone, now);
  const to = addDays(today, 1);
  const toS = startOfDay(zone, to);
  return {
    ...{ from, to, zone, nowS, today, toS, cutoff: from },
    fromS: startOfDay(zone, from),
    open: true,
    grain: 'month',
    buckets: bucketsOf(zone, from, to, 'month'),
  };
}

/** Another day seen from the same moment, in hours. */
export function dayWindow(now: QueryWindow, day: string): QueryWindow {
  const to = addDays(day, 1);
  const toS = startOfDay(now.zone, to);
  return {
    ...now,
    from: day,
    to,
    toS,
    fromS: startOfDay(now.zone, day),
    open: toS > now.nowS,
    grain: 'hour',
    buckets: bucketsOf(now.zone, day, to, 'hour'),
  };
}

/** An upper bound that needs no zone; only hours come near the limit. */
function countPoints({ from, to }: LocalRange, grain: Granularity): number {
  const days = daysBetween(from, to);
  return grain === 'hour' ? days * 24 : grain === 'day' ? days : Math.ceil(days / 7) + 1;
}

export interface Baseline extends LocalRange {
  readonly fromS: number;
  readonly toS: number;
  /** Where the sum stops, so that both periods have run for the same local time; else `toS`. */
  readonly cutS: number;
  readonly cutDay: string | undefined;
  readonly cutDayS: number | undefined;
  readonly lengthMismatch: boolean;
  readonly buckets: readonly Bucket[];
}

/**
 * The range to compare with. While the window is open, the baseline is cut at the same local clock
 * time as what has been read so far, so that neither the time of day nor a lagging sync looks like a fall.
 */
export function baselineOf(
  window: QueryWindow,
  mode: CompareMode,
  readThroughS: number | null,
): Baseline | undefined {
  if (mode === 'none') {
    return undefined;
  }
  const range = mode === 'previous_period' ? previousPeriod(window) : yearBefore(window);
  const { zone } = window;
  const fromS = startOfDay(zone, range.from);
  const toS = startOfDay(zone, range.to);
  const cut = window.open ? cutOf(window, range, readThroughS) : undefined;
  return {
    ...range,
    fromS,
    toS,
    cutS: cut?.cutS ?? toS,
    cutDay: cut?.cutDay,
    cutDayS: cut === undefined ? undefined : startOfDay(zone, cut.cutDay),
    lengthMismatch: daysBetween(range.from, range.to) !== daysBetween(window.from, window.to),
    buckets: bucketsOf(zone, range.from, range.to, window.grain),
  };
}

function yearBefore({ from, to }: LocalRange): LocalRange {
  // The last day is what people name; 29 February steps back to the 28th.
  return { from: addMonths(from, -12), to: addDays(addMonths(addDays(to, -1), -12), 1) };
}

function cutOf(window: QueryWindow, range: LocalRange, readThroughS: number | null) {
  const reached = Math.max(window.fromS, Math.min(window.nowS, readThroughS ?? window.nowS));
  const day = localDateOf(window.zone, reached);
  const cutDay = addDays(range.from, daysBetween(window.from, day));
  if (cutDay >= range.to) {
    return undefined;
  }
  const clockS = localClock(window.zone, reached);
  return { cutDay, cutS: atLocalClock(window.zone, cutDay, clockS) };
}

/** The wall clock read as if it were UTC. */
const wallOf = (zone: string, epochS: number): number => epochS + zoneOffset(zone, epochS);

/** Seconds on the wall clock since 00:00. */
function localClock(zone: string, epochS: number): number {
  const midnight = Date.parse(`${localDateOf(zone, epochS)}T00:00:00Z`) / 1000;
  return wallOf(zone, epochS) - midnight;
}

/**
 * The instant at which a local day's clock shows a time: the end of a spring gap when it never does,
 * the later one when it does twice, so that both passages of the hour are counted.
 */
function atLocalClock(zone: string, day: string, clockS: number): number {
  const wanted = Date.parse(`${day}T00:00:00Z`) / 1000 + clockS;
  const start = startOfDay(zone, day);
  const end = startOfDay(zone, addDays(day, 1));
  const offsets = [zoneOffset(zone, start), zoneOffset(zone, end - 1)];
  const shown = offsets
    .map((offset) => wanted - offset)
    .filter((at) => at >= start && at < end && wallOf(zone, at) === wanted);
  return shown.length > 0 ? Math.max(...shown) : endOfGap(zone, start, end, wanted);
}

/** The first instant of the day whose wall clock is past the wanted time. */
function endOfGap(zone: string, start: number, end: number, wanted: number): number {
  let low = start;
  let high = end;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (wallOf(zone, middle) < wanted) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}
