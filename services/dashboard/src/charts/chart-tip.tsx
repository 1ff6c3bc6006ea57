import type { ChartLine, ChartPoint } from './chart-model.ts';
import { pointNote } from './chart-model.ts';

interface ChartTipProps {
  readonly lines: readonly ChartLine[];
  readonly index: number;
  readonly x: number;
  readonly width: number;
  readonly canOpen: boolean;
}

const TIP = 248;

/** What the cursor stands on: every line with its own date. */
export function ChartTip({ lines, index, x, width, canOpen }: ChartTipProps) {
  const left = Math.max(4, Math.min(width - TIP - 4, x + (x > width / 2 ? -TIP - 14 : 14)));
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute top-3 z-10 rounded-[3px] border border-edge bg-sheet px-3 py-2 text-[0.82rem] shadow-lg"
      style={{ left, width: TIP }}
    >
      <ul className="flex flex-col gap-1.5">
        {lines.map(({ name, points, tone }) => {
          const point = points[index];
          return point === undefined ? null : (
            <li key={name} className={tone === 'current' ? '' : 'text-soft'}>
              <span className="flex justify-between gap-3">
                <span>{point.label}</span>
                <strong className="font-semibold">{point.text}</strong>
              </span>
              <Note point={point} />
            </li>
          );
        })}
      </ul>
      {canOpen ? <p className="mt-1 text-soft">Click for the rows behind it</p> : null}
    </div>
  );
}

function Note({ point }: { readonly point: ChartPoint }) {
  const note = pointNote(point);
  return note === undefined ? null : (
    <span className={`block text-[0.78rem] ${point.value === null ? '' : 'text-warn'}`}>
      {note}
    </span>
  );
}
