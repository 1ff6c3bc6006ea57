import { scaleLinear } from 'd3-scale';
import { area, line } from 'd3-shape';
import type { ChartLine, ChartPoint } from './chart-model.ts';

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Plot {
  readonly count: number;
  /** Centre and width of a bucket's column. */
  readonly x: (index: number) => number;
  readonly step: number;
  readonly y: (value: number) => number;
  readonly zero: number;
  readonly ticks: readonly number[];
  readonly indexAt: (x: number) => number;
}

/** Up to a month's days are bars; more than that, or hours, is a line. */
export const MAX_BARS = 31;

/** Zero is always in view: a height must be as large as what it stands for. */
export function plotOf(lines: readonly ChartLine[], frame: Frame): Plot {
  const values = lines.flatMap(({ points }) =>
    points.flatMap(({ value }) => (value === null ? [] : [value])),
  );
  const count = Math.max(1, ...lines.map(({ points }) => points.length));
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const scale = scaleLinear()
    .domain([low, high === low ? low + 1 : high])
    .range([frame.height - frame.bottom, frame.top])
    .nice(4);
  const inner = frame.width - frame.left - frame.right;
  const step = inner / count;
  return {
    count,
    step,
    x: (index) => frame.left + step * (index + 0.5),
    y: (value) => scale(value),
    zero: scale(0),
    ticks: high === low ? [0] : scale.ticks(4),
    indexAt: (x) => Math.max(0, Math.min(count - 1, Math.floor((x - frame.left) / step))),
  };
}

interface Spot {
  readonly index: number;
  readonly value: number | null;
}

const isKnown = ({ value }: Spot): boolean => value !== null;

const spots = (points: readonly ChartPoint[]): Spot[] =>
  points.map(({ value }, index) => ({ index, value }));

/** Straight lines between known points; nothing is drawn over a gap. */
export function linePath(points: readonly ChartPoint[], plot: Plot): string {
  return (
    line<Spot>()
      .defined(isKnown)
      .x(({ index }) => plot.x(index))
      .y(({ value }) => plot.y(value ?? 0))(spots(points)) ?? ''
  );
}

export function areaPath(points: readonly ChartPoint[], plot: Plot): string {
  return (
    area<Spot>()
      .defined(isKnown)
      .x(({ index }) => plot.x(index))
      .y0(plot.zero)
      .y1(({ value }) => plot.y(value ?? 0))(spots(points)) ?? ''
  );
}

/**
 * The part up to the last closed bucket is a solid line, the rest is dashed: a day that is not over
 * must not look like a fall.
 */
export function splitOpenTail(points: readonly ChartPoint[]): {
  readonly solid: readonly ChartPoint[];
  readonly tail: readonly ChartPoint[];
} {
  const last = points.findLastIndex(({ value }) => value !== null);
  if (last <= 0 || points[last]?.isOpen !== true) {
    return { solid: points, tail: [] };
  }
  const hide = (point: ChartPoint): ChartPoint => ({ ...point, value: null });
  return {
    solid: points.map((point, index) => (index >= last ? hide(point) : point)),
    tail: points.map((point, index) => (index < last - 1 ? hide(point) : point)),
  };
}

/** A value that is not final, or in doubt. */
export const isDoubtful = ({ value, state }: ChartPoint): boolean =>
  value !== null && state !== 'complete';

/** Values that are final, and apart from them the way to and from those that are not. */
export function splitDoubtful(points: readonly ChartPoint[]): {
  readonly sure: readonly ChartPoint[];
  readonly doubtful: readonly ChartPoint[];
} {
  const isBeside = (index: number): boolean =>
    points.slice(Math.max(0, index - 1), index + 2).some(isDoubtful);
  return {
    sure: points.map((point) => (isDoubtful(point) ? { ...point, value: null } : point)),
    doubtful: points.map((point, index) => (isBeside(index) ? point : { ...point, value: null })),
  };
}

export interface Bar {
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function barsOf(points: readonly ChartPoint[], plot: Plot): Bar[] {
  const width = Math.max(1, plot.step * 0.68);
  return points.flatMap(({ value }, index) => {
    if (value === null) {
      return [];
    }
    const top = plot.y(Math.max(0, value));
    const height = Math.abs(plot.y(value) - plot.zero);
    return [{ index, x: plot.x(index) - width / 2, y: top, width, height }];
  });
}

/** As many names on the axis as fit, evenly spaced, the first one always. */
export function tickIndexes(count: number, width: number, roomPx = 72): number[] {
  const most = Math.max(1, Math.floor(width / roomPx));
  const every = Math.max(1, Math.ceil(count / most));
  return Array.from({ length: Math.ceil(count / every) }, (_, place) => place * every);
}

/** Neighbouring buckets of one kind as stretches: hatched or empty grounds. */
export function stretches(
  points: readonly ChartPoint[],
  matches: (point: ChartPoint) => boolean,
): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  points.forEach((point, index) => {
    const open = found.at(-1);
    if (!matches(point)) {
      return;
    }
    if (open?.to === index) {
      open.to = index + 1;
    } else {
      found.push({ from: index, to: index + 1 });
    }
  });
  return found;
}
