import type { TodayReply } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import { formatCount, formatWord } from '../../ui/format.ts';

/** Where the day's orders stand; each leads to its list. */
export function StatusCounts({ counts }: { readonly counts: TodayReply['statusCounts'] }) {
  return (
    <section aria-labelledby="statuses" className="sheet px-5 py-4">
      <h2 id="statuses" className="text-[1.15rem]">
        Orders of today by status
      </h2>
      {counts.length === 0 ? (
        <p className="mt-2 text-soft">No order has been placed today yet.</p>
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
