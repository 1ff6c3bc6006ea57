import type { ChartLine, ChartPoint } from './chart-model.ts';
import { pointNote, pointText } from './chart-model.ts';

interface ChartTableProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly onOpen: ((point: ChartPoint) => void) | undefined;
}

/** The same values in rows. */
export function ChartTable({ title, lines, onOpen }: ChartTableProps) {
  const rows = lines[0]?.points ?? [];
  return (
    <div
      tabIndex={0}
      role="region"
      aria-label={`Table of ${title}`}
      className="max-h-72 overflow-auto"
    >
      <table className="ledger">
        <thead className="bg-sheet md:sticky md:top-0">
          <tr>
            <th scope="col" className="label">
              Time
            </th>
            {lines.map(({ name }) => (
              <th key={name} scope="col" className="label number !text-right">
                {name}
              </th>
            ))}
            <th scope="col" className="label">
              State
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((point, index) => (
            <tr key={point.from}>
              <td data-label="Time">{point.label}</td>
              {lines.map(({ name, points }, place) => {
                const own = points[index];
                return (
                  <td key={name} data-label={name} className="number">
                    {own === undefined ? (
                      ''
                    ) : place === 0 && onOpen !== undefined && own.value !== null ? (
                      <button type="button" className="link" onClick={() => onOpen(own)}>
                        {own.text}
                      </button>
                    ) : (
                      pointText(own)
                    )}
                  </td>
                );
              })}
              <td data-label="State">
                <States lines={lines} index={index} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface StatesProps {
  readonly lines: readonly ChartLine[];
  readonly index: number;
}

/** Of every line that has a value there; a line is named where it is not the first. */
function States({ lines, index }: StatesProps) {
  const told = lines.flatMap(({ name, points }, place) => {
    const point = points[index];
    if (point === undefined || point.value === null) {
      return [];
    }
    const note = pointNote(point);
    if (place === 0) {
      return [note ?? 'complete'];
    }
    return note === undefined ? [] : [`${name}: ${note}`];
  });
  return told.map((text) => (
    <span key={text} className="block">
      {text}
    </span>
  ));
}
