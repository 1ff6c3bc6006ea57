import type { Granularity, NullReason, Series, ValueState } from '@tokometrics/contracts';
import { isMissing, stateText } from '../ui/figure-state.ts';
import {
  formatClock,
  formatDay,
  formatFigure,
  formatMissing,
  formatMonth,
  formatShortDay,
  formatWeekday,
  nullText,
} from '../ui/format.ts';

export interface ChartPoint {
  /** For geometry alone; what a person reads is `text`. */
  readonly value: number | null;
  readonly text: string;
  /** Name of the bucket, and a short one for the axis. */
  readonly label: string;
  readonly tick: string;
  readonly from: string;
  readonly to: string;
  readonly state: ValueState;
  /** Not over, or not read to its end: its height is not final, whatever else is said of it. */
  readonly isOpen: boolean;
  readonly reason: NullReason | undefined;
}

export type LineTone = 'current' | 'baseline' | 'older';

export interface ChartLine {
  readonly name: string;
  readonly tone: LineTone;
  readonly points: readonly ChartPoint[];
  /** Records of it could not be understood. */
  readonly isMissing: boolean;
}

interface Naming {
  readonly grain: Granularity;
  readonly timezone: string;
}

function bucketLabel(from: string, date: string, { grain, timezone }: Naming): string {
  switch (grain) {
    case 'hour':
      return `${formatWeekday(date)}, ${formatClock(from, timezone)}`;
    case 'day':
      return `${formatWeekday(date)} ${date.slice(0, 4)}`;
    case 'week':
      return `Week from ${formatDay(date)}`;
    case 'month':
      return formatMonth(date);
  }
}

function tickOf(from: string, date: string, { grain, timezone }: Naming): string {
  if (grain === 'hour') {
    return formatClock(from, timezone);
  }
  return grain === 'month' ? formatMonth(date) : formatShortDay(date);
}

/** A series of the API as something to draw; a point states only what differs from its series. */
export function lineOf(
  series: Series,
  look: { readonly name: string; readonly tone: LineTone; readonly grain: Granularity },
): ChartLine {
  const naming = { grain: look.grain, timezone: series.timezone };
  return {
    name: look.name,
    tone: look.tone,
    points: series.points.map((point) => ({
      value: point.value === null ? null : Number(point.value),
      text: point.value === null ? formatMissing(point.reason) : formatFigure(point.value, series),
      label: bucketLabel(point.from, point.date, naming),
      tick: tickOf(point.from, point.date, naming),
      from: point.from,
      to: point.to,
      state: point.state ?? series.state,
      isOpen: !isReadThrough(series, point.to),
      reason: point.reason,
    })),
    isMissing: isMissing([series, ...series.points.map(({ state = series.state }) => ({ state }))]),
  };
}

const isReadThrough = ({ completeThrough }: Series, to: string): boolean =>
  completeThrough !== null && Date.parse(to) <= Date.parse(completeThrough);

const whyMissing = (point: ChartPoint): string => nullText(point.reason, point.from).toLowerCase();

/** Beside the text of a point: why it has no value, or what keeps it from being final. */
export const pointNote = (point: ChartPoint): string | undefined =>
  point.value === null ? whyMissing(point) : stateText(point, point.to);

export const pointText = (point: ChartPoint): string =>
  point.value === null ? `${point.text} (${whyMissing(point)})` : point.text;

export const totalText = (series: Series): string =>
  series.value === null ? formatMissing(series.reason) : formatFigure(series.value, series);

/** Of a time that is over, and that something is compared with: with why it is missing or not final. */
export function comparedText(series: Series): string {
  const note =
    series.value === null
      ? nullText(series.reason).toLowerCase()
      : stateText(series, series.points.at(-1)?.to);
  return note === undefined ? totalText(series) : `${totalText(series)} (${note})`;
}

interface SummaryParts {
  readonly title: string;
  readonly total: string;
  readonly line: ChartLine;
  readonly baseline?: { readonly name: string; readonly total: string } | undefined;
}

/** The chart in one or two sentences, for those who do not see it and those in a hurry. */
export function summarise({ title, total, line, baseline }: SummaryParts): string {
  const known = line.points.flatMap((point) =>
    point.value === null ? [] : [{ ...point, value: point.value }],
  );
  if (known.length === 0) {
    return line.points.some(({ state }) => state === 'backfilling')
      ? `${title}: ${total} so far. No part of this range has been read to its end yet.`
      : `${title}: there is no value in this range.`;
  }
  const highest = known.reduce((best, point) => (point.value > best.value ? point : best));
  const lowest = known.reduce((best, point) => (point.value < best.value ? point : best));
  const against = baseline === undefined ? '' : `, against ${baseline.total} in ${baseline.name}`;
  const doubt = line.isMissing ? ' Records that could not be understood are missing.' : '';
  const head = `${title}: ${total} in ${line.name}${against}.${doubt}`;
  if (highest.value === lowest.value) {
    return `${head} Every known value is ${highest.text}.`;
  }
  const gaps = gapsText(line);
  return `${head} Highest ${highest.text} (${highest.label}), lowest ${lowest.text} (${lowest.label}).${gaps}`;
}

/** Buckets without a value: of some it is still to come, of others it never will. */
function gapsText({ points }: ChartLine): string {
  const missing = points.filter(({ value }) => value === null);
  const mixed = missing.filter(({ reason }) => reason === 'mixed_currency').length;
  const never = missing.filter(({ reason }) => reason !== undefined && NEVER.has(reason)).length;
  const coming = missing.length - mixed - never;
  const all = String(points.length);
  return [
    coming === 0 ? '' : ` ${String(coming)} of ${all} have no value yet.`,
    never === 0 ? '' : ` ${String(never)} of ${all} have no value.`,
    mixed === 0
      ? ''
      : ` ${String(mixed)} of ${all} hold more than one currency and are not added up.`,
  ].join('');
}

const NEVER: ReadonlySet<NullReason> = new Set<NullReason>([
  ...(['beyond_retention', 'zero_denominator', 'non_positive_base'] as const),
]);
