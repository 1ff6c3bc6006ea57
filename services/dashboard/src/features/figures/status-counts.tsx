import type { TodayReply } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import { formatCount, formatWord } from '../../ui/format.ts';

interface StatusCountsProps {
  readonly counts: TodayReply['statusCounts'];
  /** All orders of the day have been read, lately. */
  readonly isWhole: boolean;
}

/** Where the day's orders stand; each leads to its list. */
export function StatusCounts({ counts, isWhole }: StatusCountsProps) {
  return (
    <section aria-labelledby="statuses" className="sheet px-5 py-4">
      <h2 id="statuses" className="text-[1.15rem]">
        Orders of today by status
      </h2>
      {counts.length === 0 ? (
        <p className="mt-2 text-soft">
          {isWhole
            ? 'No order has been placed today yet.'
            : 'No order of today has been read so far.'}
        </p>
      ) : (
        <ul className="mt-3 flex flex-wrap gap-3">
          {counts.map(({ status, orders }) => (
            <li key={status}>
              <Link
                to="/orders"
                search={({ shop }) => ({
                  ...(shop === undefined ? {} : { shop }),
                  status,
                  range: 'today',
                })}
                className="flex items-baseline gap-2 rounded-[3px] border border-edge px-3 py-1.5 hover:bg-well"
              >
                <strong>{formatCount(orders)}</strong>
                <span className="text-[0.9rem] text-soft">{formatWord(status)}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
