import { useId, useState } from 'react';
import type { ChartLine, ChartPoint } from './chart-model.ts';
import { ChartFrame } from './chart-frame.tsx';
import { Marks } from './chart-marks.tsx';
import { ChartTable } from './chart-table.tsx';
import { ChartTip } from './chart-tip.tsx';
import type { Frame } from './geometry.ts';
import { isDoubtful, plotOf } from './geometry.ts';
import { useCursor } from './use-cursor.ts';
import { useWidth } from './use-width.ts';

interface SeriesChartProps {
  readonly title: string;
  readonly summary: string;
  /** The first line is the one that is asked about; the others lie behind it. */
  readonly lines: readonly ChartLine[];
  readonly kind: 'bars' | 'line';
  readonly formatTick: (value: number) => string;
  /** Opens the rows behind a bucket of the first line. */
  readonly onOpen?: ((point: ChartPoint) => void) | undefined;
  readonly isBusy?: boolean;
}

const HEIGHT = 288;

export function SeriesChart(props: SeriesChartProps) {
  const { title, summary, lines, kind, formatTick, onOpen, isBusy = false } = props;
  const { ref, width } = useWidth<HTMLDivElement>();
  const [isTable, setTable] = useState(false);
  const hatchId = useId();
  const isWide = width > 480;
  const frame: Frame = {
    width,
    height: HEIGHT,
    left: isWide ? 64 : 52,
    right: 8,
    top: 12,
    bottom: 28,
  };
  const plot = plotOf(lines, frame);
  const cursor = useCursor(lines, plot, onOpen);
  const first = lines[0];
  return (
    <figure className={isBusy ? 'opacity-60 transition-opacity' : 'transition-opacity'}>
      <Caption title={title} summary={summary} isTable={isTable} onTable={setTable} />
      <Legend lines={lines} kind={kind} />
      {isTable ? (
        <ChartTable lines={lines} title={title} onOpen={onOpen} />
      ) : (
        <div ref={ref} className="relative px-0">
          <div
            tabIndex={0}
            role="group"
            aria-label={`Chart of ${title}. Left and right arrows move through it, up and down change the line${onOpen === undefined ? '' : ', Enter opens the rows'}.`}
            onKeyDown={cursor.onKeyDown}
            onPointerMove={cursor.onPointerMove}
            onPointerLeave={cursor.clear}
            onBlur={cursor.clear}
            onClick={cursor.onClick}
            className={onOpen === undefined ? '' : 'cursor-pointer'}
          >
            <ChartFrame
              frame={frame}
              plot={plot}
              points={first?.points ?? []}
              formatTick={formatTick}
            >
              <Marks
                frame={frame}
                plot={plot}
                lines={lines}
                kind={kind}
                active={cursor.index}
                hatchId={hatchId}
              />
            </ChartFrame>
          </div>
          {cursor.index === undefined ? null : (
            <ChartTip
              lines={lines}
              index={cursor.index}
              x={plot.x(cursor.index)}
              width={width}
              canOpen={onOpen !== undefined}
            />
          )}
          <p aria-live="polite" className="sr-only">
            {cursor.spoken}
          </p>
        </div>
      )}
    </figure>
  );
}

interface CaptionProps extends Pick<SeriesChartProps, 'title' | 'summary'> {
  readonly isTable: boolean;
  readonly onTable: (isTable: boolean) => void;
}

function Caption({ title, summary, isTable, onTable }: CaptionProps) {
  return (
    <figcaption className="flex items-start justify-between gap-x-6 px-4 pt-4 md:px-5">
      <div className="min-w-0 flex-1">
        <h2 className="text-[1.15rem]">{title}</h2>
        <p className="text-[0.87rem] text-soft">{summary}</p>
      </div>
      <button
        type="button"
        aria-pressed={isTable}
        className="min-h-8 rounded-[3px] border border-edge px-3 text-[0.87rem] hover:bg-well aria-pressed:bg-accent-wash"
        onClick={() => onTable(!isTable)}
      >
        Table
      </button>
    </figcaption>
  );
}

const STROKES = {
  current: 'border-series border-t-[3px]',
  baseline: 'border-baseline border-t-2',
  older: 'border-older border-t-2 border-dashed',
} as const;

function Legend({ lines, kind }: Pick<SeriesChartProps, 'lines' | 'kind'>) {
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 px-4 py-2 text-[0.82rem] text-soft md:px-5">
      {lines.map(({ name, tone }) => (
        <li key={name} className="flex items-center gap-2">
          {kind === 'bars' && tone === 'current' ? (
            <span className="inline-block size-3 rounded-[1px] bg-series" />
          ) : (
            <span className={`inline-block w-5 ${STROKES[tone]}`} />
          )}
          {name}
        </li>
      ))}
      {lines.slice(1).some(({ points }) => points.some(isDoubtful)) ? (
        <li className="flex items-center gap-2">
          <span className="inline-block w-5 border-t-2 border-dotted border-edge" />
          Not final
        </li>
      ) : null}
    </ul>
  );
}
