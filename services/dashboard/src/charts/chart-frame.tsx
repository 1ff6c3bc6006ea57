import type { ReactNode } from 'react';
import type { ChartPoint } from './chart-model.ts';
import type { Frame, Plot } from './geometry.ts';
import { tickIndexes } from './geometry.ts';

interface ChartFrameProps {
  readonly frame: Frame;
  readonly plot: Plot;
  readonly points: readonly ChartPoint[];
  readonly formatTick: (value: number) => string;
  readonly children: ReactNode;
}

/** Axes and grid. The drawing says nothing that the caption, the table and the cursor do not. */
export function ChartFrame({ frame, plot, points, formatTick, children }: ChartFrameProps) {
  const end = frame.width - frame.right;
  const base = frame.height - frame.bottom;
  return (
    <svg
      width={frame.width}
      height={frame.height}
      viewBox={`0 0 ${frame.width} ${frame.height}`}
      aria-hidden="true"
      className="block max-w-full touch-pan-y select-none text-[11.5px]"
    >
      {plot.ticks.map((tick) => (
        <g key={tick}>
          <line
            x1={frame.left}
            x2={end}
            y1={plot.y(tick)}
            y2={plot.y(tick)}
            className={tick === 0 ? 'stroke-edge' : 'stroke-rule'}
          />
          <text
            x={frame.left - 8}
            y={plot.y(tick)}
            dy="0.32em"
            textAnchor="end"
            className="fill-soft"
          >
            {formatTick(tick)}
          </text>
        </g>
      ))}
      {tickIndexes(plot.count, end - frame.left).map((index) => (
        <text key={index} x={plot.x(index)} y={base + 19} textAnchor="middle" className="fill-soft">
          {points[index]?.tick}
        </text>
      ))}
      {children}
    </svg>
  );
}
