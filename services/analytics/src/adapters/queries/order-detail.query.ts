import { localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';
import { ORDER_COLUMNS, orderColumns } from './orders-page.query.ts';

const params = z.strictObject({
  shopKey,
  epoch: z.int(),
  cutoff: localDate,
  orderId: z.string(),
});
const texts = z.array(z.string());
const maybe = z.int().nullable();

/** One order with its lines, newest version. */
export const orderDetailRow = defineQuery({
  name: 'order-detail',
  params,
  row: z.object({
    ...orderColumns,
    stored_on: localDate,
    updated: z.int(),
    paid: maybe,
    cancelled_at: maybe,
    has_cancel: z.int(),
    shipped: maybe,
    ship_by: maybe,
    delivered: maybe,
    cancellation_initiator: z.string(),
    cancel_reason: z.string(),
    seller_discount_text: z.string(),
    platform_discount_text: z.string(),
    shipping_text: z.string(),
    tax_text: z.string(),
    total_text: z.string(),
    product_ids: texts,
    sku_ids: texts,
    seller_skus: texts,
    line_statuses: texts,
    gifts: z.array(z.int()),
    original_prices: texts,
    line_seller_discounts: texts,
    line_platform_discounts: texts,
  }),
  sql: `
    SELECT ${ORDER_COLUMNS}, toString(local_date) AS stored_on, toUnixTimestamp(update_time) AS updated,
      toUnixTimestamp(paid_time) AS paid, toUnixTimestamp(cancel_time) AS cancelled_at,
      isNotNull(cancel_date) AS has_cancel,
      toUnixTimestamp(rts_time) AS shipped, toUnixTimestamp(rts_sla_time) AS ship_by,
      toUnixTimestamp(delivery_time) AS delivered, cancellation_initiator, cancel_reason,
      toString(lines_seller_discount) AS seller_discount_text,
      toString(lines_platform_discount) AS platform_discount_text,
      toString(shipping_fee) AS shipping_text, toString(tax) AS tax_text,
      toString(total_amount) AS total_text,
      lines.product_id AS product_ids, lines.sku_id AS sku_ids, lines.seller_sku AS seller_skus,
      lines.status AS line_statuses, lines.is_gift AS gifts,
      lines.original_price AS original_prices,
      lines.seller_discount AS line_seller_discounts,
      lines.platform_discount AS line_platform_discounts
    FROM orders FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND local_date >= {cutoff:Date} AND order_id = {orderId:String}
    LIMIT 1
    ${READ_SETTINGS}`,
  mapRow: (found) => found,
});

/** What statements say of one order. */
export const orderTransactions = defineQuery({
  name: 'order-transactions',
  params,
  row: z.object({
    stored_on: localDate,
    transaction_id: z.string(),
    statement_id: z.string(),
    date: localDate,
    type: z.string(),
    currency: z.string(),
    revenue: z.string(),
    fees: z.string(),
    shipping: z.string(),
    refund_text: z.string(),
    settlement: z.string(),
  }),
  sql: `
    SELECT toString(local_date) AS stored_on, transaction_id, statement_id, toString(statement_date) AS date, type, currency,
      toString(revenue_amount) AS revenue, toString(fee_tax_amount) AS fees,
      toString(shipping_cost_amount) AS shipping, toString(refund) AS refund_text,
      toString(settlement_amount) AS settlement
    FROM order_settlements FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND local_date >= {cutoff:Date} AND order_id = {orderId:String}
    ORDER BY statement_date, transaction_id
    ${READ_SETTINGS}`,
  mapRow: (found) => found,
});
