import { isCancelledAt, orderTotals, type Order, type Refund } from './order.ts';
import { DAY_S } from './zone-time.ts';

export type AdjustmentType =
  'PLATFORM_COMMISSION_ADJUSTMENT' | 'PROMOTION_ADJUSTMENT' | 'OTHER_ADJUSTMENT';

/** Signed: what the platform keeps is negative. */
export type Fees = Readonly<Record<string, number>>;

interface RowBase {
  readonly id: string;
  /** Statement day; the statement is visible from 00:00 UTC of it. */
  readonly day: number;
}

/** All of one order that falls on one statement: its settlement, refunds, or both. */
export interface OrderRow extends RowBase {
  readonly kind: 'order';
  readonly order: Order;
  readonly isSettlement: boolean;
  readonly refunds: readonly Refund[];
  readonly fees: Fees;
}

export interface AdjustmentRow extends RowBase {
  readonly kind: 'adjustment';
  readonly type: AdjustmentType;
  readonly at: number;
  readonly amount: number;
  readonly associatedOrder: Order | undefined;
}

export type LedgerRow = OrderRow | AdjustmentRow;

export interface RowAmounts {
  readonly subtotal: number;
  readonly sellerDiscount: number;
  readonly refundSubtotal: number;
  readonly sellerDiscountRefund: number;
  readonly revenue: number;
  readonly shipping: number;
  readonly fees: number;
  readonly adjustment: number;
  readonly settlement: number;
  readonly customerPayment: number;
  readonly customerRefund: number;
  readonly platformDiscount: number;
}

const NOTHING = {
  subtotal: 0,
  sellerDiscount: 0,
  refundSubtotal: 0,
  sellerDiscountRefund: 0,
  revenue: 0,
  shipping: 0,
  fees: 0,
  adjustment: 0,
  customerPayment: 0,
  customerRefund: 0,
  platformDiscount: 0,
};

/** What has happened of a row by `now`; undefined while there is nothing of it, or not any more. */
export function rowAmountsAt(row: LedgerRow, now: number): RowAmounts | undefined {
  if (row.kind === 'adjustment') {
    return row.at > now
      ? undefined
      : { ...NOTHING, adjustment: row.amount, settlement: row.amount };
  }
  const { order, isSettlement, fees } = row;
  const refunds = row.refunds.filter(({ at }) => at <= now);
  const isThere = isSettlement ? isExpected(order, now) : refunds.length > 0;
  if (!isThere || isCancelledAt(order, now)) {
    return undefined;
  }
  const totals = isSettlement ? orderTotals(order) : undefined;
  const refundSubtotal = -refunds.reduce((sum, { amount }) => sum + amount, 0);
  const sellerDiscountRefund = refunds.reduce((sum, refund) => sum + refund.sellerDiscountBack, 0);
  const subtotal = totals?.original ?? 0;
  const sellerDiscount = -(totals?.sellerDiscount ?? 0);
  const revenue = subtotal + sellerDiscount + refundSubtotal + sellerDiscountRefund;
  const shipping = isSettlement ? order.shippingFee : 0;
  const feeTotal = isSettlement ? sumOf(fees) : 0;
  return {
    subtotal,
    sellerDiscount,
    refundSubtotal,
    sellerDiscountRefund,
    revenue,
    shipping,
    fees: feeTotal,
    adjustment: 0,
    settlement: revenue + shipping + feeTotal,
    customerPayment: totals?.total ?? 0,
    customerRefund: refundSubtotal + sellerDiscountRefund,
    platformDiscount: -(totals?.platformDiscount ?? 0),
  };
}

/** An unpaid order owes nothing yet. */
function isExpected(order: Order, now: number): boolean {
  const since = order.paidTime ?? (order.kind.isCod ? order.createTime : undefined);
  return since !== undefined && since <= now;
}

function sumOf(fees: Fees): number {
  return Object.values(fees).reduce((sum, fee) => sum + fee, 0);
}

export function statementTime(day: number): number {
  return day * DAY_S;
}

/** The time that lists of rows sort by. */
export function rowTime(row: LedgerRow): number {
  return row.kind === 'order' ? row.order.createTime : row.at;
}

/** One settlement row and one further row for each later statement that holds refunds. */
export function orderRows(
  order: Order,
  idOf: (day: number) => string,
  fees: Fees = {},
): OrderRow[] {
  const { settlesOn } = order;
  const days = new Set([settlesOn, ...order.refunds.map((refund) => refund.settlesOn)]);
  return [...days].map((day) => ({
    kind: 'order',
    id: idOf(day),
    day,
    order,
    isSettlement: day === settlesOn,
    refunds: order.refunds.filter((refund) => refund.settlesOn === day),
    fees: day === settlesOn ? fees : {},
  }));
}
