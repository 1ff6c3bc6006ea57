import type { RawUnsettled, UnsettledFact } from '@tokometrics/contracts';
import { breakdownOf, filled } from './normalise-finance.ts';
import { currencyOf, money } from './normalise-money.ts';
import { dayOf, orNull } from './shop-zone.ts';
import type { ShopZone } from './shop-zone.ts';

/**
 * What TikTok expects of an order or an adjustment. It is stored on the day of the order; an adjustment
 * may have none, and stays on the day on which it was read first.
 */
export function normaliseUnsettled(
  row: RawUnsettled,
  zone: ShopZone,
  seenAt: number,
): UnsettledFact {
  const orderCreateTime = orNull(row.order_create_time);
  return {
    transactionId: row.id,
    localDate: dayOf(zone, orderCreateTime ?? seenAt),
    orderId: filled(row.order_id) ?? '',
    adjustmentId: row.adjustment_id ?? '',
    type: row.type ?? 'UNKNOWN',
    reason: row.unsettled_reason ?? '',
    orderCreateTime,
    deliveryTime: orNull(row.order_delivery_time),
    currency: currencyOf(row.currency),
    estSettlementAmount: money(row.est_settlement_amount),
    estRevenueAmount: money(row.est_revenue_amount),
    estShippingCostAmount: money(row.est_shipping_cost_amount),
    estFeeTaxAmount: money(row.est_fee_tax_amount),
    estAdjustmentAmount: money(row.est_adjustment_amount),
    breakdown: breakdownOf(row),
  };
}
