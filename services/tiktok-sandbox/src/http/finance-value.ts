import type { Statement } from '../domain/finance.ts';
import {
  rowAmountsAt,
  statementTime,
  type AdjustmentRow,
  type LedgerRow,
  type OrderRow,
  type RowAmounts,
} from '../domain/ledger.ts';
import { moneyText, type MoneyStyle } from '../domain/money.ts';
import type { ShopFacts } from '../domain/shop.ts';
import { DAY_S } from '../domain/zone-time.ts';

/** ID statements show goods and shipping in one revenue, others apart; both follow the documents. */
export function statementValue(
  statement: Statement,
  facts: ShopFacts,
  now: number,
): Record<string, unknown> {
  const text = (amount: number): string => moneyText(amount, facts.money);
  const { payment } = statement;
  const isCreated = payment !== undefined && payment.createTime <= now;
  return {
    id: statement.id,
    statement_time: statement.time,
    currency: facts.money.currency,
    ...(facts.region === 'ID'
      ? { revenue_amount: text(statement.revenue + statement.shipping) }
      : {
          net_sales_amount: text(statement.revenue),
          shipping_cost_amount: text(statement.shipping),
        }),
    fee_amount: text(statement.fees),
    adjustment_amount: text(statement.adjustment),
    settlement_amount: text(statement.settlement),
    payment_status: paymentStatusOf(statement, facts, now),
    ...(isCreated ? { payment_id: payment.id } : {}),
  };
}

export function paymentStatusOf(
  { payment, time }: Statement,
  { region }: ShopFacts,
  now: number,
): 'PAID' | 'PROCESSING' {
  // Markets without payment records pay out on the day after the statement.
  const paidTime = region === 'ID' ? time + DAY_S : payment?.paidTime;
  return paidTime !== undefined && paidTime <= now ? 'PAID' : 'PROCESSING';
}

function breakdowns(
  amounts: RowAmounts,
  row: LedgerRow,
  money: MoneyStyle,
): {
  revenue_breakdown: Record<string, string>;
  shipping_cost_breakdown: Record<string, unknown>;
  fee_tax_breakdown: { fee: Record<string, string>; tax: Record<string, string> };
} {
  const text = (amount: number): string => moneyText(amount, money);
  const fees = row.kind === 'order' ? row.fees : {};
  return {
    revenue_breakdown: {
      subtotal_before_discount_amount: text(amounts.subtotal),
      seller_discount_amount: text(amounts.sellerDiscount),
      refund_subtotal_before_discount_amount: text(amounts.refundSubtotal),
      seller_discount_refund_amount: text(amounts.sellerDiscountRefund),
      cod_service_fee_amount: text(0),
      refund_cod_service_fee_amount: text(0),
    },
    shipping_cost_breakdown: {
      customer_paid_shipping_fee_amount: text(amounts.shipping),
      actual_shipping_fee_amount: text(0),
      supplementary_component: { platform_shipping_fee_discount_amount: text(0) },
    },
    fee_tax_breakdown: {
      fee: Object.fromEntries(Object.entries(fees).map(([name, fee]) => [name, text(fee)])),
      tax: { vat_amount: text(0) },
    },
  };
}

/** What a row is of: an order, money kept back from one, or an adjustment. */
function subjectOf(row: LedgerRow): Record<string, unknown> {
  if (row.kind === 'adjustment') {
    return adjustmentSubject(row);
  }
  return {
    type: row.kind === 'order' ? 'ORDER' : 'RESERVE',
    order_id: row.order.id,
    order_create_time: row.order.createTime,
    ...(row.kind === 'order'
      ? {}
      : {
          reserve_id: row.reserveId,
          reserve_status: row.status,
          ...(row.status === 'COLLECTED'
            ? { estimated_release_time: String(statementTime(row.releaseDay)) }
            : {}),
        }),
  };
}

function adjustmentSubject({ id, type, associatedOrder }: AdjustmentRow): Record<string, unknown> {
  return {
    type,
    adjustment_id: id,
    ...(associatedOrder === undefined ? {} : { adjustment_order_id: associatedOrder.id }),
  };
}

/** One row of a statement. Every row has an order or an adjustment, never both. */
export function transactionValue(
  row: LedgerRow,
  facts: ShopFacts,
  now: number,
): Record<string, unknown> | undefined {
  const amounts = rowAmountsAt(row, now);
  if (amounts === undefined) {
    return undefined;
  }
  const text = (amount: number): string => moneyText(amount, facts.money);
  return {
    id: row.id,
    ...subjectOf(row),
    ...(row.kind === 'adjustment' && row.associatedOrder !== undefined
      ? { associated_order_id: row.associatedOrder.id }
      : {}),
    settlement_amount: text(amounts.settlement),
    revenue_amount: text(amounts.revenue),
    shipping_cost_amount: text(amounts.shipping),
    fee_tax_amount: text(amounts.fees),
    adjustment_amount: text(amounts.adjustment),
    reserve_amount: text(amounts.reserve),
    ...breakdowns(amounts, row, facts.money),
    supplementary_component: {
      customer_payment_amount: text(amounts.customerPayment),
      customer_refund_amount: text(amounts.customerRefund),
      platform_discount_amount: text(amounts.platformDiscount),
      platform_discount_refund_amount: text(amounts.platformDiscountRefund),
      ...(facts.region === 'US'
        ? {
            sales_tax_amount: text(amounts.tax + amounts.taxRefund),
            sales_tax_payment_amount: text(amounts.tax),
            sales_tax_refund_amount: text(amounts.taxRefund),
          }
        : {}),
    },
  };
}

/** The same row before its statement: an estimate, which vanishes when it settles. */
export function unsettledValue(
  row: OrderRow | AdjustmentRow,
  amounts: RowAmounts,
  facts: ShopFacts,
  now: number,
): Record<string, unknown> {
  const text = (amount: number): string => moneyText(amount, facts.money);
  const { revenue_breakdown, shipping_cost_breakdown, fee_tax_breakdown } = breakdowns(
    amounts,
    row,
    facts.money,
  );
  const order = row.kind === 'order' ? row.order : undefined;
  const isDelivered = order?.deliveryTime !== undefined && order.deliveryTime <= now;
  return {
    id: row.id,
    status: 'UNSETTLED',
    currency: facts.money.currency,
    ...subjectOf(row),
    ...(isDelivered ? { order_delivery_time: order.deliveryTime } : {}),
    est_settlement_amount: text(amounts.settlement),
    est_revenue_amount: text(amounts.revenue),
    est_shipping_cost_amount: text(amounts.shipping),
    est_fee_tax_amount: text(amounts.fees),
    est_adjustment_amount: text(amounts.adjustment),
    estimated_settlement:
      row.kind === 'order' && !isDelivered ? '7 days after delivery' : String(row.day * 86_400),
    unsettled_reason: isDelivered ? 'WAITING_FOR_STATEMENT' : 'ORDER_NOT_COMPLETED',
    revenue_breakdown,
    shipping_cost_breakdown,
    fee_tax_breakdown,
  };
}
