import { z } from 'zod';

/** What is read from a shop. One raw topic, one fact topic and one watermark each. */
export const RESOURCES = [
  ...(['order', 'product', 'statement', 'transaction', 'payment'] as const),
  ...(['inventory', 'unsettled'] as const),
] as const;
export const resource = z.enum(RESOURCES);
export type Resource = z.infer<typeof resource>;

/** Seconds after which a watermark counts as stale. */
export const FRESHNESS_BUDGET_S: Readonly<Record<Resource, number>> = {
  order: 120,
  product: 3600,
  statement: 21_600,
  transaction: 21_600,
  payment: 21_600,
  inventory: 900,
  unsettled: 3600,
};

export const origin = z.enum(['live', 'webhook', 'backfill', 'rebuild']);
export type Origin = z.infer<typeof origin>;

/** The policy's permission categories and the TikTok scopes behind each. */
export const PERMISSION_CATEGORIES = [
  {
    policyName: 'shop.base.read',
    tiktokScopes: ['seller.authorization.info'],
    optionalScopes: ['seller.shop.info'],
    purpose: 'Show the name, status and currency of the shop',
    resources: [],
  },
  {
    policyName: 'order.base.read',
    tiktokScopes: ['seller.order.info'],
    optionalScopes: [],
    purpose: 'Sales and order figures',
    resources: ['order'],
  },
  {
    policyName: 'product.base.read',
    tiktokScopes: ['seller.product.basic'],
    optionalScopes: [],
    purpose: 'Product names, product ranking and stock',
    resources: ['product', 'inventory'],
  },
  {
    policyName: 'finance.data.read',
    tiktokScopes: ['seller.finance.info'],
    optionalScopes: [],
    purpose: 'Settlements, settled refunds, payouts and what is on its way',
    resources: ['statement', 'transaction', 'payment', 'unsettled'],
  },
] as const;
