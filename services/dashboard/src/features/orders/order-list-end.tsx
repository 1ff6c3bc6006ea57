import type { ReactNode } from 'react';
import { formatCount } from '../../ui/format.ts';
import { Button } from '../../ui/button.tsx';
import { Empty } from '../../ui/notice-box.tsx';

interface OrderListEndProps {
  readonly shown: number;
  /** All orders have been read; else nothing is said of all. */
  readonly isWhole: boolean;
  /** The way to more of them; undefined at the end. */
  readonly more: ReactNode | undefined;
}

/** Below the list: how many these are, and whether there are more. */
export function OrderListEnd({ shown, isWhole, more }: OrderListEndProps) {
  return (
    <div className="flex items-center justify-between gap-4 text-[0.87rem] text-soft">
      <span>{formatCount(shown)} orders shown</span>
      {more ?? <span>{isWhole ? 'That is all of them.' : 'All that has been read so far.'}</span>}
    </div>
  );
}

interface NoOrdersProps {
  readonly isFiltered: boolean;
  readonly isWhole: boolean;
  readonly onClear: () => void;
}

export function NoOrders({ isFiltered, isWhole, onClear }: NoOrdersProps) {
  return isFiltered ? (
    <Empty title={`No order ${isWhole ? '' : 'that has been read '}fits these filters`}>
      {isWhole ? null : <p className="text-soft">Some orders may not have been read yet.</p>}
      <Button onClick={onClear}>Clear the filters</Button>
    </Empty>
  ) : (
    <Empty title={isWhole ? 'No orders yet' : 'No order has been read yet'}>
      <p className="text-soft">As soon as the shop’s first order has been read, it stands here.</p>
    </Empty>
  );
}
