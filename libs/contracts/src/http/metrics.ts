import { z } from 'zod';
import { shopKey } from '../ids.ts';
import { basis, METRICS, metricId } from '../metrics/dictionary.ts';
import { amount } from '../money.ts';
import { NULL_REASONS } from '../reasons.ts';
import { resource } from '../resources.ts';
import { granularity, instant, localDate, timeZone } from '../time.ts';

/** Worst first. `incomplete`: a record that feeds the value could not be understood, see `unread`. */
export const valueState = z.enum([
  ...(['source_inconsistent', 'backfilling', 'incomplete', 'partial', 'complete'] as const),
]);
export type ValueState = z.infer<typeof valueState>;
const nullReason = z.enum(NULL_REASONS);
const valueText = z
  .string()
  .regex(/^-?\d+(\.\d{1,6})?$/)
  .nullable();

/** One schema for every number: exactly one of currency and unit is set. */
export const metricValue = z.object({
  metric: metricId,
  value: valueText,
  reason: nullReason.optional(),
  currency: z.string().optional(),
  unit: z.enum(['count', 'ratio']).optional(),
  basis,
  timezone: timeZone,
  definitionVersion: z.int(),
  completeThrough: instant.nullable(),
  state: valueState,
  /**
   * What it lacks, also where a worse state hides it: days of history that are still to be read,
   * records that could not be understood. Absent: nothing.
   */
  lacks: z.array(z.enum(['history', 'records'])).optional(),
  stale: z.boolean(),
  label: z.string().optional(),
});
export type MetricValue = z.infer<typeof metricValue>;

export const delta = z.object({
  kind: z.enum(['percent', 'points', 'absolute', 'new', 'no_change', 'none']),
  value: z.string().nullable(),
  baseline: metricValue,
  direction: z.enum(['up', 'down', 'flat']),
  judgement: z.enum(['good', 'bad', 'neutral']),
  lengthMismatch: z.boolean(),
});

export const seriesPoint = z.object({
  from: instant,
  to: instant,
  date: localDate,
  value: valueText,
  state: valueState.optional(),
  reason: nullReason.optional(),
});
export const series = z.object({ ...metricValue.shape, points: z.array(seriesPoint).max(800) });
export type Series = z.infer<typeof series>;

export const freshness = z.object({
  resource,
  completeThrough: instant.nullable(),
  /** Oldest instant from which the history is complete; null while nothing is. */
  historyFrom: instant.nullable(),
  historyDone: z.boolean(),
  stale: z.boolean(),
  /**
   * Records that were read at TikTok Shop and are in no figure, because they could not be understood:
   * how many, and between which instants they count; `from` is null where nobody can say. Null: none.
   */
  unread: z
    .object({ records: z.int().min(1), from: instant.nullable(), through: instant })
    .nullable(),
});
export const meta = z.object({
  shopKey,
  window: z.object({
    from: localDate,
    to: localDate,
    fromInstant: instant,
    toInstant: instant,
    open: z.boolean(),
  }),
  compare: z.object({ from: localDate, to: localDate }).nullable(),
  grain: granularity,
  basis,
  timezone: timeZone,
  currency: z.string().nullable(),
  freshness: z.array(freshness),
  demo: z.literal(false),
});

/** Names that every figure's route takes; a dashboard address uses the same ones. */
export const RANGES = ['today', 'yesterday', '7d', '28d', '91d', 'mtd', '12mo'] as const;
export const metricQuery = z.strictObject({
  shop: shopKey,
  from: localDate.optional(),
  to: localDate.optional(),
  range: z.enum(RANGES).optional(),
  grain: granularity.optional(),
  basis: basis.default('activity'),
  compare: z.enum(['previous_period', 'previous_year', 'none']).default('previous_period'),
});
export type MetricQuery = z.infer<typeof metricQuery>;

export const overviewQuery = z.strictObject({
  ...metricQuery.shape,
  metric: metricId.default('gross_sales'),
});
export const overviewReply = z.object({
  meta,
  tiles: z.array(z.object({ value: metricValue, delta, spark: z.array(valueText) })),
  main: z.object({ current: series, baseline: series.nullable() }),
});
export type OverviewReply = z.infer<typeof overviewReply>;

export const todayQuery = z.strictObject({
  shop: shopKey,
  metric: metricId.default('gross_sales'),
});
export const todayReply = z.object({
  meta,
  /** Cumulative by local hour; hours that have not happened are null with reason `not_yet`. */
  today: series,
  yesterday: series,
  lastWeek: series,
  tiles: z.array(z.object({ value: metricValue, delta })),
  statusCounts: z.array(z.object({ status: z.string(), orders: z.int() })),
});
export type TodayReply = z.infer<typeof todayReply>;

const page = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(400).optional(),
};

/** Figures that the source's rows can be told apart by product for. */
export const productMetric = z.enum(['gross_sales', 'net_sales', 'units', 'orders']);
export type ProductMetric = z.infer<typeof productMetric>;
export const productsQuery = z.strictObject({
  ...metricQuery.shape,
  metric: productMetric.default('gross_sales'),
  ...page,
});
export const productRow = z.object({
  rank: z.int(),
  productId: z.string(),
  title: z.string(),
  value: metricValue,
  units: z.string(),
  /** Fraction of the range's total, six digits; null when the total is not positive. */
  share: z.string().nullable(),
});
export const productsReply = z.object({
  meta,
  items: z.array(productRow),
  totals: metricValue,
  notAllocated: metricValue,
  nextCursor: z.string().nullable(),
});
export type ProductsReply = z.infer<typeof productsReply>;

export const productParams = z.strictObject({ productId: z.string().regex(/^\d{1,20}$/) });
export const productQuery = z.strictObject({
  ...metricQuery.shape,
  metric: productMetric.default('gross_sales'),
});
/** One product: its figures, its SKUs as they were read last, and since when they cost what. */
export const productReply = z.object({
  meta,
  productId: z.string(),
  title: z.string(),
  status: z.string(),
  /** Local day of the last reading; null for a product that is in orders and is not listed. */
  seenDate: localDate.nullable(),
  values: z.array(metricValue),
  main: series,
  /** As they are listed; `price` is null where the source told none. */
  skus: z.array(
    z.object({
      skuId: z.string(),
      sellerSku: z.string(),
      status: z.string(),
      price: amount.nullable(),
    }),
  ),
  /** Prices as they were read, a row for each change: by SKU, then by day. */
  priceHistory: z.array(z.object({ skuId: z.string(), from: localDate, price: amount })),
  /** How far the list of products and the stock have been read. */
  listing: z.array(freshness),
  /** What was there of each listed SKU at the last reading of its stock. */
  stock: z.array(
    z.object({
      skuId: z.string(),
      available: z.int(),
      committed: z.int(),
      /** Last change of it that was read, or its daily reading, by the hour; `listing` has how long it stood. */
      at: instant,
      byWarehouse: z.array(
        z.object({ warehouseId: z.string(), available: z.int(), committed: z.int() }),
      ),
    }),
  ),
});
export type ProductReply = z.infer<typeof productReply>;

/** Rows behind a number: same parameters as the number; `at` narrows to one bucket's start. */
export const proofQuery = z.strictObject({
  ...metricQuery.shape,
  metric: metricId,
  at: instant.optional(),
  productId: z.string().max(20).optional(),
  component: z.enum(['value', 'numerator', 'denominator']).default('value'),
  ...page,
});
export const proofRow = z.object({
  kind: z.enum(['sale', 'cancellation', 'refund', 'discount']),
  orderId: z.string().nullable(),
  transactionId: z.string().nullable(),
  statementId: z.string().nullable(),
  at: instant,
  date: localDate,
  /** What this row adds to the figure: money or a count, signed. */
  contribution: z.string(),
  /** Of this row; null of a count. */
  currency: z.string().nullable(),
});
export const proofReply = z.object({
  meta,
  value: metricValue,
  formula: z.string(),
  text: z.string(),
  /** Sum over ALL rows, not only this page; `difference` = value − sum, always "0". */
  sum: z.string(),
  rows: z.int(),
  difference: z.string(),
  items: z.array(proofRow),
  nextCursor: z.string().nullable(),
});
export type ProofReply = z.infer<typeof proofReply>;

export const freshnessQuery = z.strictObject({ shop: shopKey });
export const freshnessReply = z.object({ items: z.array(freshness) });

export const dictionaryReply = z.object({
  items: z.array(
    z.object({
      metric: z.enum(METRICS),
      name: z.string(),
      text: z.string(),
      formula: z.string(),
      unit: z.enum(['money', 'count']),
      polarity: z.enum(['up', 'down']),
      resources: z.array(resource),
      version: z.int(),
    }),
  ),
});

export const ordersQuery = z.strictObject({
  shop: shopKey,
  from: localDate.optional(),
  to: localDate.optional(),
  range: z.enum(RANGES).optional(),
  status: z.string().max(40).optional(),
  q: z
    .string()
    .regex(/^\d{1,20}$/)
    .optional(),
  ...page,
});
export const orderRow = z.object({
  orderId: z.string(),
  shopKey,
  createTime: instant,
  saleTime: instant.nullable(),
  status: z.string(),
  flags: z.array(z.enum(['cod', 'sample', 'replacement', 'exchange', 'on_hold', 'cancelled'])),
  units: z.int(),
  gross: amount,
  /** Less own discounts, cancellations and settled refunds: what net sales by the day of sale have of it. */
  net: amount,
});
export const ordersReply = z.object({
  meta,
  items: z.array(orderRow),
  statuses: z.array(z.object({ status: z.string(), orders: z.int() })),
  nextCursor: z.string().nullable(),
});
export type OrdersReply = z.infer<typeof ordersReply>;

export const orderParams = z.strictObject({ orderId: z.string().regex(/^\d{1,20}$/) });
export const orderQuery = z.strictObject({ shop: shopKey });
export const orderDetail = z.object({
  ...orderRow.shape,
  /** How far orders and the lines of statements have been read. */
  freshness: z.array(freshness),
  times: z.array(z.object({ name: z.string(), at: instant })),
  amounts: z.array(z.object({ name: z.string(), amount })),
  cancellation: z
    .object({ at: instant.nullable(), initiator: z.string(), reason: z.string() })
    .nullable(),
  /** Equal units of one SKU at one price are one row with a quantity. */
  lines: z.array(
    z.object({
      productId: z.string(),
      skuId: z.string(),
      sellerSku: z.string(),
      title: z.string(),
      status: z.string(),
      quantity: z.int(),
      isGift: z.boolean(),
      originalPrice: amount,
      sellerDiscount: amount,
      platformDiscount: amount,
    }),
  ),
  transactions: z.array(
    z.object({
      transactionId: z.string(),
      statementId: z.string(),
      date: localDate,
      type: z.string(),
      revenue: amount,
      fees: amount,
      shipping: amount,
      refund: amount,
      settlement: amount,
    }),
  ),
});
export type OrderDetail = z.infer<typeof orderDetail>;
