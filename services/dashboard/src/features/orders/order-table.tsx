import type { OrdersReply } from '@tokometrics/contracts';
import { Link } from '@tanstack/react-router';
import { formatAmount, formatCount, formatInstant, formatWord } from '../../ui/format.ts';

interface OrderTableProps {
  readonly items: OrdersReply['items'];
  readonly timezone: string;
  readonly isBusy: boolean;
}

const FLAG_TEXT = {
  cod: 'cash on delivery',
  sample: 'sample',
  replacement: 'replacement',
  exchange: 'exchange',
  on_hold: 'on hold',
  cancelled: 'cancelled',
} as const;

export function OrderTable({ items, timezone, isBusy }: OrderTableProps) {
  return (
    <div className={`sheet overflow-hidden ${isBusy ? 'opacity-60' : ''}`}>
      <table className="ledger">
        <thead>
          <tr>
            <th scope="col" className="label">
              Order
            </th>
            <th scope="col" className="label">
              Placed
            </th>
            <th scope="col" className="label">
              Status
            </th>
            <th scope="col" className="label number">
              Units
            </th>
            <th scope="col" className="label number">
              Gross
            </th>
            <th scope="col" className="label number">
              Net
            </th>
          </tr>
        </thead>
        <tbody>
          {items.map((order) => (
            <tr key={order.orderId}>
              <td data-label="Order">
                <Link
                  to="/orders/$orderId"
                  params={{ orderId: order.orderId }}
                  search={({ shop }) => (shop === undefined ? {} : { shop })}
                  className="link font-mono text-[0.85rem]"
                >
                  {order.orderId}
                </Link>
              </td>
              <td data-label="Placed" className="whitespace-nowrap">
                {formatInstant(order.createTime, timezone)}
              </td>
              <td data-label="Status">
                <span>
                  {formatWord(order.status)}
                  <Flags flags={order.flags} />
                </span>
              </td>
              <td data-label="Units" className="number">
                {formatCount(order.units)}
              </td>
              <td data-label="Gross" className="number">
                <data value={order.gross.amount}>{formatAmount(order.gross)}</data>
              </td>
              <td data-label="Net" className="number">
                <data value={order.net.amount}>{formatAmount(order.net)}</data>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Flags({ flags }: { readonly flags: OrdersReply['items'][number]['flags'] }) {
  // A cancelled order says so by its status already.
  const shown = flags.filter((flag) => flag !== 'cancelled');
  return shown.map((flag) => (
    <span key={flag} className="ml-2 rounded-[3px] bg-well px-1.5 text-[0.78rem] text-soft">
      {FLAG_TEXT[flag]}
    </span>
  ));
}
