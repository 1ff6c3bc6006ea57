import { isCancelledAt, remainingTotals, type Order, type Refund } from './order.ts';
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

/** Money of an order that the platform keeps back for a while; no part of any settlement. */
export interface ReserveRow extends RowBase {
  readonly kind: 'reserve';
  readonly order: Order;
  readonly reserveId: string;
  readonly status: 'COLLECTED' | 'RELEASED';
  /** Negative when it is collected. */
  readonly amount: number;
  readonly releaseDay: number;
}

export type LedgerRow = OrderRow | AdjustmentRow | ReserveRow;

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
  readonly reserve: number;
  readonly customerPayment: number;
  readonly customerRefund: number;
  readonly platformDiscount: number;
  readonly platformDiscountRefund: number;
  readonly tax: number;
  readonly taxRefund: number;
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
  settlement: 0,
  reserve: 0,
  customerPayment: 0,
  customerRefund: 0,
  platformDiscount: 0,
  platformDiscountRefund: 0,
  tax: 0,
  taxRefund: 0,
};

/** What has happened of a row by `now`; undefined while there is nothing of it, or not any more. */
export function rowAmountsAt(row: LedgerRow, now: number): RowAmounts | undefined {
  if (row.kind === 'adjustment') {
    return row.at > now
      ? undefined
      : { ...NOTHING, adjustment: row.amount, settlement: row.amount };
  }
  if (row.kind === 'reserve') {
    return statementTime(row.day) > now ? undefined : { ...NOTHING, reserve: row.amount };
  }
  return orderAmountsAt(row, now);
}

function orderAmountsAt(row: OrderRow, now: number): RowAmounts | undefined {
  const { order, isSettlement, fees } = row;
  const refunds = row.refunds.filter(({ at }) => at <= now);
  const isThere = isSettlement ? isExpected(order, now) : refunds.length > 0;
  if (!isThere || isCancelledAt(order, now)) {
    return undefined;
  }
  const totals = isSettlement ? remainingTotals(order, now) : undefined;
  const backOf = (pick: (refund: Refund) => number): number =>
    refunds.reduce((sum, refund) => sum + pick(refund), 0);
  const refundSubtotal = -backOf(({ amount }) => amount);
  const sellerDiscountRefund = backOf(({ sellerDiscountBack }) => sellerDiscountBack);
  const platformDiscountRefund = backOf(({ platformDiscountBack }) => platformDiscountBack);
  const taxRefund = -backOf(({ taxBack }) => taxBack);
  const subtotal = totals?.original ?? 0;
  const sellerDiscount = -(totals?.sellerDiscount ?? 0);
  const revenue = subtotal + sellerDiscount + refundSubtotal + sellerDiscountRefund;
  const shipping = isSettlement ? order.shippingFee : 0;
  const feeTotal = isSettlement ? sumOf(fees) : 0;
  return {
    ...NOTHING,
    subtotal,
    sellerDiscount,
    refundSubtotal,
    sellerDiscountRefund,
    revenue,
    shipping,
    fees: feeTotal,
    settlement: revenue + shipping + feeTotal,
    customerPayment: totals?.total ?? 0,
    customerRefund: refundSubtotal + sellerDiscountRefund + platformDiscountRefund + taxRefund,
    platformDiscount: -(totals?.platformDiscount ?? 0),
    platformDiscountRefund,
    tax: totals?.tax ?? 0,
    taxRefund,
  };
}

/** An unpaid order owes nothing yet; one that is paid at the door counts from its placing. */
function isExpected(order: Order, now: number): boolean {
  const since = order.kind.isCod ? order.createTime : order.paidTime;
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
  return row.kind === 'adjustment' ? row.at : row.order.createTime;
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
