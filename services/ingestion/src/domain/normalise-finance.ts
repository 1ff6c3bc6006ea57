import type {
  RawStatement,
  RawTransaction,
  StatementFact,
  TransactionFact,
} from '@tokometrics/contracts';
import { currencyOf, money } from './normalise-money.ts';
import { Rejected } from './rejected.ts';
import { dayOf, hourOf } from './shop-zone.ts';
import type { ShopZone } from './shop-zone.ts';

/** A statement belongs to the local day of its time in the shop's zone, never to its UTC date. */
export function normaliseStatement(statement: RawStatement, zone: ShopZone): StatementFact {
  if (statement.statement_time === undefined) {
    throw new Rejected('time');
  }
  return {
    statementId: statement.id,
    localDate: dayOf(zone, statement.statement_time),
    statementTime: statement.statement_time,
    paymentId: statement.payment_id ?? '',
    paymentStatus: statement.payment_status ?? '',
    currency: currencyOf(statement.currency),
    settlementAmount: money(statement.settlement_amount),
    revenueAmount: money(statement.revenue_amount),
    netSalesAmount: money(statement.net_sales_amount),
    shippingCostAmount: money(statement.shipping_cost_amount),
    feeAmount: money(statement.fee_amount),
    adjustmentAmount: money(statement.adjustment_amount),
  };
}

/** However it is written: what is meant as an amount and does not fit is refused, not left out. */
const NUMERIC = /^[+-]?(\d|\.\d)[\d.]*(e[+-]?\d+)?$/i;
const NAME = /^[a-z0-9_]{1,80}$/;

const REFUND_SUBTOTAL = 'revenue.refund_subtotal_before_discount_amount';
const REFUND_SELLER_DISCOUNT = 'revenue.seller_discount_refund_amount';
const SUMMED: ReadonlySet<string> = new Set([REFUND_SUBTOTAL, REFUND_SELLER_DISCOUNT]);

/** Breakdowns are open maps: a fee kind that TikTok adds tomorrow is kept under its own name. */
function flatten(prefix: string, source: unknown, into: Record<string, string>): void {
  if (typeof source !== 'object' || source === null) {
    return;
  }
  const entries: [string, unknown][] = Object.entries(source);
  for (const [name, value] of entries) {
    if (!NAME.test(name)) {
      continue;
    }
    const text = typeof value === 'number' ? String(value) : value;
    if (typeof text === 'string') {
      if (NUMERIC.test(text) || SUMMED.has(`${prefix}${name}`)) {
        into[`${prefix}${name}`] = money(text);
      }
    } else {
      flatten(`${prefix}${name}.`, value, into);
    }
  }
}

type Broken = Pick<RawTransaction, `${'revenue' | 'shipping_cost' | 'fee_tax'}_breakdown`> &
  Partial<Pick<RawTransaction, 'supplementary_component'>>;

export function breakdownOf(row: Broken): Record<string, string> {
  const flat: Record<string, string> = {};
  flatten('', row.fee_tax_breakdown, flat);
  flatten('revenue.', row.revenue_breakdown, flat);
  flatten('shipping.', row.shipping_cost_breakdown, flat);
  flatten('supplementary.', row.supplementary_component, flat);
  return flat;
}

export const filled = (text: string | undefined): string | undefined =>
  text === '' ? undefined : text;

function amountsOf(row: RawTransaction, breakdown: Readonly<Record<string, string>>) {
  return {
    currency: currencyOf(row.currency),
    settlementAmount: money(row.settlement_amount),
    revenueAmount: money(row.revenue_amount),
    shippingCostAmount: money(row.shipping_cost_amount),
    feeTaxAmount: money(row.fee_tax_amount),
    adjustmentAmount: money(row.adjustment_amount),
    reserveAmount: money(row.reserve_amount),
    refundSubtotal: breakdown[REFUND_SUBTOTAL] ?? '0',
    refundSellerDiscount: breakdown[REFUND_SELLER_DISCOUNT] ?? '0',
  };
}

/** One line of a statement. The order's own day is kept beside the statement's: refunds are shown by either. */
export function normaliseTransaction(row: RawTransaction, zone: ShopZone): TransactionFact {
  const breakdown = breakdownOf(row);
  const orderId = filled(row.order_id) ?? '';
  const createTime = row.order_create_time;
  const hasOrder = orderId !== '' && createTime !== undefined && createTime > 0;
  return {
    statementId: row.statement_id,
    transactionId: row.id,
    localDate: dayOf(zone, row.statement_time),
    statementTime: row.statement_time,
    statementHour: hourOf(zone, row.statement_time),
    orderId,
    orderLocalDate: hasOrder ? dayOf(zone, createTime) : null,
    adjustmentId: row.adjustment_id ?? '',
    type: row.type ?? 'UNKNOWN',
    reserveStatus: row.reserve_status ?? '',
    ...amountsOf(row, breakdown),
    breakdown,
  };
}
