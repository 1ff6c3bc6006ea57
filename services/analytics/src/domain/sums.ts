import type { Basis, MetricId } from '@tokometrics/contracts';
import {
  currencyDigits,
  DICTIONARY,
  divideHalfEven,
  fromUnits,
  toUnits,
} from '@tokometrics/contracts';

/** What every figure is made of; money in ten-thousandths, counts as they are. */
export interface Amounts {
  readonly orders: bigint;
  readonly units: bigint;
  readonly grossSales: bigint;
  readonly sellerDiscount: bigint;
  readonly cancelledOrders: bigint;
  readonly cancelledOrdersBySale: bigint;
  readonly cancelledValue: bigint;
  readonly cancelledValueBySale: bigint;
  readonly refunds: bigint;
  readonly refundsBySale: bigint;
  readonly overRefundedOrders: bigint;
}

/** Sums of some rows. `currency` is that of all of them; `none` without rows, `mixed` of several. */
export interface Sums extends Amounts {
  readonly currency: string;
  readonly rows: number;
}

export const AMOUNT_KEYS = [
  'orders',
  'units',
  'grossSales',
  'sellerDiscount',
  'cancelledOrders',
  'cancelledOrdersBySale',
  'cancelledValue',
  'cancelledValueBySale',
  'refunds',
  'refundsBySale',
  'overRefundedOrders',
] as const satisfies readonly (keyof Amounts)[];

const COUNTS: ReadonlySet<keyof Amounts> = new Set<keyof Amounts>([
  'orders',
  'units',
  'cancelledOrders',
  'cancelledOrdersBySale',
  'overRefundedOrders',
]);

const mapAmounts = (of: (key: keyof Amounts) => bigint): Amounts => ({
  orders: of('orders'),
  units: of('units'),
  grossSales: of('grossSales'),
  sellerDiscount: of('sellerDiscount'),
  cancelledOrders: of('cancelledOrders'),
  cancelledOrdersBySale: of('cancelledOrdersBySale'),
  cancelledValue: of('cancelledValue'),
  cancelledValueBySale: of('cancelledValueBySale'),
  refunds: of('refunds'),
  refundsBySale: of('refundsBySale'),
  overRefundedOrders: of('overRefundedOrders'),
});

export const NO_SUMS: Sums = { ...mapAmounts(() => 0n), currency: 'none', rows: 0 };

/** Decimal and integer texts of one row → sums of that row. Nothing but zeros: the key has vanished. */
export function sumsOfRow(currency: string, text: Readonly<Record<keyof Amounts, string>>): Sums {
  const amounts = mapAmounts((key) => (COUNTS.has(key) ? BigInt(text[key]) : toUnits(text[key])));
  return AMOUNT_KEYS.every((key) => amounts[key] === 0n)
    ? NO_SUMS
    : { ...amounts, currency, rows: 1 };
}

/** The same from a list of cells in the order of the keys; most cells of most days are zeros. */
export function sumsOfCells(currency: string, cells: readonly string[]): Sums {
  if (cells.every((cell) => cell === '0')) {
    return NO_SUMS;
  }
  const of = (index: number): string => cells[index] ?? '0';
  const count = (index: number): bigint => (of(index) === '0' ? 0n : BigInt(of(index)));
  const money = (index: number): bigint => (of(index) === '0' ? 0n : toUnits(of(index)));
  return {
    orders: count(0),
    units: count(1),
    grossSales: money(2),
    sellerDiscount: money(3),
    cancelledOrders: count(4),
    cancelledOrdersBySale: count(5),
    cancelledValue: money(6),
    cancelledValueBySale: money(7),
    refunds: money(8),
    refundsBySale: money(9),
    overRefundedOrders: count(10),
    currency,
    rows: 1,
  };
}

function sharedCurrency(left: string, right: string): string {
  if (left === 'none' || left === right) {
    return right;
  }
  return right === 'none' ? left : 'mixed';
}

/** Adds counts always; amounts of two currencies only into a sum that calls itself mixed. */
export function addSums(left: Sums, right: Sums): Sums {
  return {
    ...mapAmounts((key) => left[key] + right[key]),
    currency: sharedCurrency(left.currency, right.currency),
    rows: left.rows + right.rows,
  };
}

export interface Measured {
  readonly value: string | null;
  readonly reason?: 'zero_denominator' | 'mixed_currency';
}

interface Fraction {
  readonly numerator: bigint;
  /** Absent: the numerator is the value. */
  readonly denominator?: bigint;
}

function fractionOf(metric: MetricId, basis: Basis, sums: Amounts): Fraction {
  const bySale = basis === 'order';
  const cancelledValue = bySale ? sums.cancelledValueBySale : sums.cancelledValue;
  const refunds = bySale ? sums.refundsBySale : sums.refunds;
  switch (metric) {
    case 'gross_sales':
      return { numerator: sums.grossSales };
    case 'net_sales':
      return { numerator: sums.grossSales - sums.sellerDiscount - cancelledValue - refunds };
    case 'orders':
      return { numerator: sums.orders };
    case 'units':
      return { numerator: sums.units };
    case 'aov':
      return { numerator: sums.grossSales - sums.sellerDiscount, denominator: sums.orders };
    case 'cancelled_value':
      return { numerator: cancelledValue };
    case 'cancelled_orders':
      return { numerator: bySale ? sums.cancelledOrdersBySale : sums.cancelledOrders };
    case 'refunds_settled':
      return { numerator: refunds };
  }
}

/** The figure as decimal text: exact, divided last, half-even. */
export function measure(metric: MetricId, basis: Basis, sums: Sums): Measured {
  const { numerator, denominator } = fractionOf(metric, basis, sums);
  if (DICTIONARY[metric].unit === 'count') {
    return { value: numerator.toString() };
  }
  if (sums.currency === 'mixed') {
    return { value: null, reason: 'mixed_currency' };
  }
  const digits = currencyDigits(sums.currency);
  if (denominator === undefined) {
    return { value: fromUnits(numerator, digits) };
  }
  // The denominator counts, the numerator is in ten-thousandths: both scaled, the quotient is money.
  const quotient = divideHalfEven(numerator, denominator * 10_000n, 4);
  return quotient === undefined
    ? { value: null, reason: 'zero_denominator' }
    : { value: fromUnits(toUnits(quotient), digits) };
}

/** Numerator or denominator alone, for the rows behind an average. */
export function measureComponent(
  metric: MetricId,
  basis: Basis,
  sums: Sums,
  component: 'numerator' | 'denominator',
): Measured {
  const { numerator, denominator } = fractionOf(metric, basis, sums);
  if (component === 'denominator') {
    return { value: (denominator ?? 1n).toString() };
  }
  return sums.currency === 'mixed'
    ? { value: null, reason: 'mixed_currency' }
    : { value: fromUnits(numerator, currencyDigits(sums.currency)) };
}
