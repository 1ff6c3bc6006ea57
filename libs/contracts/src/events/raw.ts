import { z } from 'zod';
import type { Resource } from '../resources.ts';
import { secondsOfEpoch } from '../time.ts';

/*
 * Bodies as the connector seals them: TikTok's own field names, only those on the allow-list.
 * Every field but the id is optional, as on the platform; unknown enum values stay text.
 */
const text = z.string().max(2000).optional();
const money = z
  .string()
  .regex(/^-?\d{1,20}(\.\d{1,6})?$/)
  .optional();
const seconds = secondsOfEpoch.optional();
const flag = z.boolean().optional();
const openAmounts = z.record(z.string(), z.unknown()).optional();

export const rawLineItem = z.object({
  id: z.string(),
  product_id: text,
  sku_id: text,
  seller_sku: text,
  product_name: text,
  sku_name: text,
  display_status: text,
  original_price: money,
  sale_price: money,
  seller_discount: money,
  platform_discount: money,
  currency: text,
  is_gift: flag,
  cancel_reason: text,
  cancel_user: text,
  item_tax: z.array(z.record(z.string(), z.unknown())).optional(),
});

export const rawOrder = z.object({
  id: z.string(),
  status: text,
  order_type: text,
  create_time: seconds,
  paid_time: seconds,
  update_time: seconds,
  cancel_time: seconds,
  request_cancel_time: seconds,
  rts_time: seconds,
  rts_sla_time: seconds,
  delivery_time: seconds,
  cancel_reason: text,
  cancellation_initiator: text,
  fulfillment_type: text,
  shipping_type: text,
  commerce_platform: text,
  is_cod: flag,
  is_sample_order: flag,
  is_replacement_order: flag,
  is_exchange_order: flag,
  is_on_hold_order: flag,
  warehouse_id: text,
  payment: z.record(z.string(), z.string()).optional(),
  line_items: z.array(rawLineItem).optional(),
});
export type RawOrder = z.infer<typeof rawOrder>;

const skuPrice = z.object({ currency: text, sale_price: money, tax_exclusive_price: money });

export const rawProduct = z.object({
  id: z.string(),
  title: text,
  status: text,
  create_time: seconds,
  update_time: seconds,
  skus: z
    .array(
      z.object({
        id: z.string(),
        seller_sku: text,
        price: skuPrice.optional(),
        status_info: z.object({ status: text }).optional(),
      }),
    )
    .optional(),
});
export type RawProduct = z.infer<typeof rawProduct>;

export const rawStatement = z.object({
  id: z.string(),
  statement_time: seconds,
  currency: text,
  payment_id: text,
  payment_status: text,
  settlement_amount: money,
  revenue_amount: money,
  net_sales_amount: money,
  shipping_cost_amount: money,
  fee_amount: money,
  adjustment_amount: money,
});
export type RawStatement = z.infer<typeof rawStatement>;

export const rawTransaction = z.object({
  id: z.string(),
  /** Set by the connector: the statement that lists this row, and its time. */
  statement_id: z.string(),
  statement_time: secondsOfEpoch,
  type: text,
  currency: text,
  order_id: text,
  order_create_time: seconds,
  adjustment_id: text,
  adjustment_order_id: text,
  associated_order_id: text,
  reserve_status: text,
  settlement_amount: money,
  revenue_amount: money,
  shipping_cost_amount: money,
  fee_tax_amount: money,
  adjustment_amount: money,
  reserve_amount: money,
  revenue_breakdown: openAmounts,
  shipping_cost_breakdown: openAmounts,
  fee_tax_breakdown: openAmounts,
  supplementary_component: openAmounts,
});
export type RawTransaction = z.infer<typeof rawTransaction>;

const moneyObject = z.object({ currency: text, value: money }).optional();

export const rawPayment = z.object({
  id: z.string(),
  create_time: seconds,
  paid_time: seconds,
  status: text,
  amount: moneyObject,
  settlement_amount: moneyObject,
  reserve_amount: moneyObject,
  payment_amount_before_exchange: moneyObject,
  exchange_rate: z
    .string()
    .regex(/^\d{1,20}(\.\d{1,20})?$/)
    .optional(),
});
export type RawPayment = z.infer<typeof rawPayment>;

const quantity = z.int().optional();
const quantities = z.array(z.object({ quantity })).optional();

export const rawInventory = z.object({
  id: z.string(),
  product_id: text,
  seller_sku: text,
  total_available_quantity: quantity,
  total_committed_quantity: quantity,
  total_available_inventory_distribution: z
    .object({
      in_shop_inventory: z.object({ quantity }).optional(),
      campaign_inventory: quantities,
      creator_inventory: quantities,
    })
    .optional(),
  warehouse_inventory: z
    .array(
      z.object({
        warehouse_id: text,
        available_quantity: quantity,
        committed_quantity: quantity,
      }),
    )
    .optional(),
});
export type RawInventory = z.infer<typeof rawInventory>;

export const rawUnsettled = z.object({
  id: z.string(),
  type: text,
  status: text,
  unsettled_reason: text,
  /** Words ("7 days after delivery") or an instant, both as text. */
  estimated_settlement: text,
  currency: text,
  order_id: text,
  order_create_time: seconds,
  order_delivery_time: seconds,
  adjustment_id: text,
  adjustment_order_id: text,
  est_settlement_amount: money,
  est_revenue_amount: money,
  est_shipping_cost_amount: money,
  est_fee_tax_amount: money,
  est_adjustment_amount: money,
  revenue_breakdown: openAmounts,
  shipping_cost_breakdown: openAmounts,
  fee_tax_breakdown: openAmounts,
});
export type RawUnsettled = z.infer<typeof rawUnsettled>;

export const RAW_SCHEMAS = {
  order: rawOrder,
  product: rawProduct,
  statement: rawStatement,
  transaction: rawTransaction,
  payment: rawPayment,
  inventory: rawInventory,
  unsettled: rawUnsettled,
} as const satisfies Record<Resource, z.ZodType>;

/** `schemaver` of what is sent today: the newest file in `schemas/raw.<resource>.v1`. */
export const RAW_VERSIONS: Readonly<Record<Resource, number>> = {
  order: 1,
  product: 1,
  statement: 1,
  transaction: 1,
  payment: 1,
  inventory: 1,
  unsettled: 1,
};

export const rawType = (of: Resource): string => `com.tokometrics.raw.${of}.v1`;
