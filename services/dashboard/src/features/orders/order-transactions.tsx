import type { OrderDetail } from '@tokometrics/contracts';
import { formatAmount, formatDay, formatWord } from '../../ui/format.ts';

interface OrderTransactionsProps {
  readonly transactions: OrderDetail['transactions'];
  /** All statements that may carry it have been read. */
  readonly isWhole: boolean;
}

/** What statements carried for this order. A refund here is a settled one. */
export function OrderTransactions({ transactions, isWhole }: OrderTransactionsProps) {
  return (
    <section aria-labelledby="transactions" className="sheet overflow-hidden">
      <h2 id="transactions" className="px-5 py-4 text-[1.15rem]">
        Statement transactions
      </h2>
      {transactions.length === 0 ? (
        <p className="border-t border-rule px-5 py-4 text-soft">
          No statement{' '}
          {isWhole ? 'carries this order yet' : 'that has been read carries this order'}. Settled
          refunds and fees appear once one does.
        </p>
      ) : (
        <table className="ledger border-t border-rule">
          <thead>
            <tr>
              <th scope="col" className="label">
                Statement
              </th>
              <th scope="col" className="label">
                Day
              </th>
              <th scope="col" className="label number">
                Revenue
              </th>
              <th scope="col" className="label number">
                Settled refund
              </th>
              <th scope="col" className="label number">
                Fees
              </th>
              <th scope="col" className="label number">
                Settlement
              </th>
            </tr>
          </thead>
          <tbody>
            {transactions.map((transaction) => (
              <tr key={transaction.transactionId}>
                <td data-label="Statement">
                  <span>
                    <span className="font-mono text-[0.82rem]">{transaction.statementId}</span>
                    <span className="block text-[0.8rem] text-soft">
                      {formatWord(transaction.type)}
                    </span>
                  </span>
                </td>
                <td data-label="Day" className="whitespace-nowrap">
                  {formatDay(transaction.date)}
                </td>
                <td data-label="Revenue" className="number">
                  {formatAmount(transaction.revenue)}
                </td>
                <td data-label="Settled refund" className="number">
                  {formatAmount(transaction.refund)}
                </td>
                <td data-label="Fees" className="number">
                  {formatAmount(transaction.fees)}
                </td>
                <td data-label="Settlement" className="number">
                  {formatAmount(transaction.settlement)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
