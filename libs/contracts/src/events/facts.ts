import { z } from 'zod';
import { currency, decimal, exchangeRate } from '../money.ts';
import { resource } from '../resources.ts';
import type { Resource } from '../resources.ts';
import { localDate, secondsOfEpoch } from '../time.ts';

/*
 * Facts: typed, dated in the shop's zone, ready for ClickHouse. Instants are epoch seconds UTC.
 * `localDate` is the immutable storage bucket; sale and cancel dates are what readers see.
 */
const seconds = secondsOfEpoch;
const maybeSeconds = secondsOfEpoch.nullable();
const text = z.string();
const bit = z.union([z.literal(0), z.literal(1)]);

/** Lines are columnar, as ClickHouse's Nested stores them: one element of each array is one unit. */
export const orderLines = z.object({
  lineId: z.array(text),
  productId: z.array(text),
  skuId: z.array(text),
  sellerSku: z.array(text),
  status: z.array(text),
  cancelled: z.array(bit),
  isGift: z.array(bit),
  originalPrice: z.array(decimal),
  salePrice: z.array(decimal),
  sellerDiscount: z.array(decimal),
  platformDiscount: z.array(decimal),
});

export const orderFact = z.object({
  orderId: text,
  localDate,
  createTime: seconds,
  updateTime: seconds,
  paidTime: maybeSeconds,
  saleDate: localDate.nullable(),
  saleHour: maybeSeconds,
  cancelTime: maybeSeconds,
  cancelDate: localDate.nullable(),
  cancelHour: maybeSeconds,
  rtsTime: maybeSeconds,
  rtsSlaTime: maybeSeconds,
  deliveryTime: maybeSeconds,
  status: text,
  isCancelled: bit,
  cancellationInitiator: text,
  cancelReason: text,
  fulfillmentType: text,
  shippingType: text,
  commercePlatform: text,
  warehouseId: text,
  isCod: bit,
  isSample: bit,
  isReplacement: bit,
  isExchange: bit,
  isOnHold: bit,
  currency,
  totalAmount: decimal,
  subTotal: decimal,
  originalTotalProductPrice: decimal,
  sellerDiscount: decimal,
  platformDiscount: decimal,
  shippingFee: decimal,
  tax: decimal,
  otherAmounts: z.record(z.string(), decimal),
  lines: orderLines,
});
export type OrderFact = z.infer<typeof orderFact>;

export const productFact = z.object({
  productId: text,
  title: text,
  status: text,
  createTime: seconds,
  updateTime: seconds,
  /** Local day of the fetch; the anchor of the two-year limit. */
  seenDate: localDate,
  skus: z.object({
    skuId: z.array(text),
    sellerSku: z.array(text),
    status: z.array(text),
    price: z.array(decimal),
    currency: z.array(currency),
  }),
});
export type ProductFact = z.infer<typeof productFact>;

export const statementFact = z.object({
  statementId: text,
  localDate,
  statementTime: seconds,
  paymentId: text,
  paymentStatus: text,
  currency,
  settlementAmount: decimal,
  revenueAmount: decimal,
  netSalesAmount: decimal,
  shippingCostAmount: decimal,
  feeAmount: decimal,
  adjustmentAmount: decimal,
});
export type StatementFact = z.infer<typeof statementFact>;

export const transactionFact = z.object({
  statementId: text,
  transactionId: text,
  localDate,
  statementTime: seconds,
  statementHour: seconds,
  orderId: text,
  /** Local day of the order's creation; null for adjustments without an order. */
  orderLocalDate: localDate.nullable(),
  adjustmentId: text,
  type: text,
  reserveStatus: text,
  currency,
  settlementAmount: decimal,
  revenueAmount: decimal,
  shippingCostAmount: decimal,
  feeTaxAmount: decimal,
  adjustmentAmount: decimal,
  reserveAmount: decimal,
  refundSubtotal: decimal,
  refundSellerDiscount: decimal,
  /** Flat map with dotted keys such as `fee.platform_commission_amount`. */
  breakdown: z.record(z.string(), decimal),
});
export type TransactionFact = z.infer<typeof transactionFact>;

export const paymentFact = z.object({
  paymentId: text,
  localDate,
  createTime: seconds,
  paidTime: maybeSeconds,
  /** Local day on which the money left; null while it is under way. */
  paidDate: localDate.nullable(),
  status: text,
  currency,
  amount: decimal,
  settlementAmount: decimal,
  reserveAmount: decimal,
  beforeExchangeAmount: decimal,
  beforeExchangeCurrency: currency,
  exchangeRate,
});
export type PaymentFact = z.infer<typeof paymentFact>;

const quantity = z.int().min(0).max(4_294_967_295);

/** What was on hand of one SKU when it was read. One element of each array is one warehouse. */
export const inventoryFact = z.object({
  skuId: text,
  productId: text,
  /** Instant at which the hour of the reading began in the shop's zone; the row is that hour's. */
  snapHour: seconds,
  /** Local day of the reading; the anchor of the two-year limit. */
  seenDate: localDate,
  warehouses: z.object({
    warehouseId: z.array(text),
    /** What can still be ordered. */
    available: z.array(quantity),
    /** What is set aside for orders. */
    committed: z.array(quantity),
  }),
});
export type InventoryFact = z.infer<typeof inventoryFact>;

/** An estimate of what will be on a statement. It stands as long as each new listing has it. */
export const unsettledFact = z.object({
  transactionId: text,
  /** Day of the order; of the first reading where there is none. */
  localDate,
  orderId: text,
  adjustmentId: text,
  type: text,
  reason: text,
  orderCreateTime: maybeSeconds,
  deliveryTime: maybeSeconds,
  currency,
  estSettlementAmount: decimal,
  estRevenueAmount: decimal,
  estShippingCostAmount: decimal,
  estFeeTaxAmount: decimal,
  estAdjustmentAmount: decimal,
  /** Flat map with dotted keys, as of a transaction. */
  breakdown: z.record(z.string(), decimal),
});
export type UnsettledFact = z.infer<typeof unsettledFact>;

export const FACT_SCHEMAS = {
  order: orderFact,
  product: productFact,
  statement: statementFact,
  transaction: transactionFact,
  payment: paymentFact,
  inventory: inventoryFact,
  unsettled: unsettledFact,
} as const satisfies Record<Resource, z.ZodType>;

/** `schemaver` of what is sent today: the newest file in `schemas/<resource>.snapshot.v1`. */
export const FACT_VERSIONS: Readonly<Record<Resource, number>> = {
  order: 1,
  product: 1,
  statement: 1,
  transaction: 1,
  payment: 1,
  inventory: 1,
  unsettled: 1,
};

export const factType = (of: Resource): string => `com.tokometrics.${of}.snapshot.v1`;

const FACT_TYPE = /^com\.tokometrics\.([a-z]+)\.snapshot\.v\d+$/;

/** What a fact is of, whatever its major version; undefined where the type is not one of a fact. */
export function resourceOfFactType(type: string): Resource | undefined {
  return resource.safeParse(FACT_TYPE.exec(type)?.[1]).data;
}
