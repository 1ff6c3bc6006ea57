import type { ProofReply } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import { Button } from '../../ui/button.tsx';
import { formatCount, formatDay, formatFigure } from '../../ui/format.ts';

type Row = ProofReply['items'][number];

interface ProofRowsProps {
  readonly items: readonly Row[];
  readonly rows: number;
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  readonly onMore: () => void;
}

/** The word settled stands wherever a refund does. */
const KINDS = {
  sale: 'Sale',
  cancellation: 'Cancellation',
  refund: 'Settled refund',
  discount: 'Seller discount',
} as const;

/** Of the row itself: where a figure has no sum, its rows are of more than one currency. */
const unitOf = ({ currency }: Row) =>
  currency === null ? { unit: 'count' as const } : { currency };

export function ProofRows({ items, rows, hasMore, isLoading, onMore }: ProofRowsProps) {
  if (items.length === 0) {
    return <p className="text-soft">No row counts into this number.</p>;
  }
  return (
    <section aria-label="Rows" className="flex flex-col gap-4">
      <table className="ledger">
        <thead>
          <tr>
            <th scope="col" className="label">
              What
            </th>
            <th scope="col" className="label">
              Day
            </th>
            <th scope="col" className="label">
              Order or statement
            </th>
            <th scope="col" className="label number">
              Adds
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((row) => (
            <tr key={`${row.kind} ${row.orderId ?? ''} ${row.transactionId ?? ''} ${row.at}`}>
              <td data-label="What">{KINDS[row.kind]}</td>
              <td data-label="Day" className="whitespace-nowrap">
                {formatDay(row.date)}
              </td>
              <td data-label="Order or statement" className="wide">
                <Source row={row} />
              </td>
              <td data-label="Adds" className="number">
                <data value={row.contribution}>{formatFigure(row.contribution, unitOf(row))}</data>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="flex items-center justify-between gap-4 text-[0.87rem] text-soft">
        <span>
          {formatCount(items.length)} of {formatCount(rows)} rows
        </span>
        {hasMore ? (
          <Button size="small" disabled={isLoading} onClick={onMore}>
            {isLoading ? 'Loading…' : 'More rows'}
          </Button>
        ) : null}
      </div>
    </section>
  );
}

function Source({ row }: { readonly row: Row }) {
  const { orderId, transactionId, statementId } = row;
  return (
    <span className="flex flex-col font-mono text-[0.82rem]">
      {orderId === null ? null : (
        <Link
          to="/orders/$orderId"
          params={{ orderId }}
          search={({ shop }) => (shop === undefined ? {} : { shop })}
          className="link"
        >
          {orderId}
        </Link>
      )}
      {transactionId === null ? null : <span>transaction {transactionId}</span>}
      {statementId === null ? null : <span className="text-soft">statement {statementId}</span>}
    </span>
  );
}
