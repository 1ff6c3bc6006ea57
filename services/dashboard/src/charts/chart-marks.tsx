import type { ChartLine } from './chart-model.ts';
import type { Frame, Plot } from './geometry.ts';
import { areaPath, barsOf, linePath, splitDoubtful, splitOpenTail, stretches } from './geometry.ts';

interface MarksProps {
  readonly frame: Frame;
  readonly plot: Plot;
  readonly lines: readonly ChartLine[];
  readonly kind: 'bars' | 'line';
  readonly active: number | undefined;
  readonly hatchId: string;
}

const STROKES = {
  current: 'stroke-series',
  baseline: 'stroke-baseline',
  older: 'stroke-older',
} as const;

/** What stands behind buckets that are not whole; without a wash of its own it is hatched. */
const DOUBTS = [
  { state: 'backfilling', mark: 'loading', wash: undefined },
  { state: 'incomplete', mark: 'missing', wash: 'fill-warn-wash' },
] as const;

export function Marks({ frame, plot, lines, kind, active, hatchId }: MarksProps) {
  const [current, ...others] = lines;
  const top = frame.top;
  const height = frame.height - frame.bottom - frame.top;
  if (current === undefined) {
    return null;
  }
  return (
    <>
      <defs>
        <pattern id={hatchId} width="7" height="7" patternUnits="userSpaceOnUse">
          <path d="M-1 8 8 -1M-4 4 4 -4M3 11 11 3" className="stroke-edge" strokeWidth="1" />
        </pattern>
      </defs>
      {DOUBTS.map(({ state, mark, wash }) =>
        stretches(current.points, (point) => point.state === state).map(({ from, to }) => (
          <rect
            key={`${mark}${String(from)}`}
            data-mark={mark}
            x={plot.x(from) - plot.step / 2}
            width={(to - from) * plot.step}
            y={top}
            height={height}
            {...(wash === undefined
              ? { fill: `url(#${hatchId})`, className: 'opacity-50' }
              : { className: wash })}
          />
        )),
      )}
      {active === undefined ? null : (
        <rect
          x={plot.x(active) - plot.step / 2}
          width={plot.step}
          y={top}
          height={height}
          className="fill-well"
        />
      )}
      {kind === 'bars' ? <Bars line={current} plot={plot} active={active} /> : null}
      {kind === 'bars'
        ? others.map((line) => (
            <path
              key={line.name}
              d={linePath(line.points, plot)}
              fill="none"
              strokeWidth="4"
              className="stroke-sheet"
            />
          ))
        : null}
      {others.map((line) => (
        <Compared key={line.name} line={line} plot={plot} />
      ))}
      {kind === 'line' ? <Line line={current} plot={plot} /> : null}
      {active === undefined
        ? null
        : lines.map(({ name, tone, points }) => {
            const value = points[active]?.value ?? null;
            return value === null || (kind === 'bars' && tone === 'current') ? null : (
              <circle
                key={name}
                cx={plot.x(active)}
                cy={plot.y(value)}
                r="4"
                strokeWidth="2"
                className={`fill-sheet ${STROKES[tone]}`}
              />
            );
          })}
    </>
  );
}

interface LineProps {
  readonly line: ChartLine;
  readonly plot: Plot;
}

function Line({ line, plot }: LineProps) {
  const { solid, tail } = splitOpenTail(line.points);
  const known = line.points.filter(({ value }) => value !== null);
  const only = known.length === 1 ? known[0] : undefined;
  return (
    <>
      <path d={areaPath(line.points, plot)} className="fill-series-wash opacity-60" />
      <path
        d={linePath(solid, plot)}
        fill="none"
        strokeWidth="2.25"
        strokeLinejoin="round"
        className="stroke-series"
      />
      <path
        data-mark="open"
        d={linePath(tail, plot)}
        fill="none"
        strokeWidth="2.25"
        strokeDasharray="3 4"
        className="stroke-series"
      />
      {only === undefined ? null : (
        <circle
          cx={plot.x(line.points.indexOf(only))}
          cy={plot.y(only.value ?? 0)}
          r="4"
          className="fill-series"
        />
      )}
    </>
  );
}

/** What is compared with is dotted where it is not final. */
function Compared({ line, plot }: LineProps) {
  const { sure, doubtful } = splitDoubtful(line.points);
  const look = { fill: 'none', strokeWidth: '1.5', className: STROKES[line.tone] };
  return (
    <>
      <path
        {...look}
        d={linePath(sure, plot)}
        strokeDasharray={line.tone === 'older' ? '5 4' : undefined}
      />
      <path {...look} data-mark="doubtful" d={linePath(doubtful, plot)} strokeDasharray="1.5 3.5" />
    </>
  );
}

/** An open bucket is an outline in dashes: its height is not final. */
function Bars({ line, plot, active }: LineProps & { readonly active: number | undefined }) {
  return barsOf(line.points, plot).map(({ index, ...box }) => {
    const isOpen = line.points[index]?.isOpen === true;
    return (
      <rect
        key={index}
        {...box}
        data-mark={isOpen ? 'open' : 'bar'}
        strokeDasharray={isOpen ? '4 3' : undefined}
        className={
          isOpen
            ? 'fill-series-wash stroke-series'
            : index === active
              ? 'fill-accent'
              : 'fill-series opacity-85'
        }
      />
    );
  });
}
