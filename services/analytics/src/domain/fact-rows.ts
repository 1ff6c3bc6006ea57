import type {
  Gap,
  InventoryFact,
  Marker,
  OrderFact,
  PaymentFact,
  ProductFact,
  StatementFact,
  TransactionFact,
  UnsettledFact,
} from '@tokometrics/contracts';
import { fromUnits, rowVersion, toUnits } from '@tokometrics/contracts';
import type { MendedGap } from './mended-gap.ts';
import {
  decimalMapCell,
  nullCell,
  plainArrayCell,
  textArrayCell,
  textCell,
  tsvRow,
} from './tsv.ts';

/** What the envelope says of a row: whose it is, which version, and where it came from. */
export interface RowStamp {
  readonly shopKey: string;
  readonly epoch: number;
  readonly eventId: string;
  readonly origin: string;
  readonly schemaVersion: number;
  readonly ver: string;
}

const STAMP_COLUMNS = ['event_id', 'origin', 'schema_version', 'ver'];
const stampCells = (stamp: RowStamp) => [
  stamp.eventId,
  stamp.origin,
  stamp.schemaVersion,
  stamp.ver,
];

export const COLUMNS = {
  orders: [
    ...['shop_key', 'epoch', 'local_date', 'order_id', 'create_time', 'update_time', 'paid_time'],
    ...['sale_date', 'sale_hour', 'cancel_time', 'cancel_date', 'cancel_hour'],
    ...['rts_time', 'rts_sla_time', 'delivery_time', 'status', 'is_cancelled'],
    ...['cancellation_initiator', 'cancel_reason', 'fulfillment_type', 'shipping_type'],
    ...['commerce_platform', 'warehouse_id', 'is_cod', 'is_sample', 'is_replacement'],
    ...['is_exchange', 'is_on_hold', 'currency', 'total_amount', 'sub_total'],
    ...['original_total_product_price', 'seller_discount', 'platform_discount', 'shipping_fee'],
    ...['tax', 'other_amounts', 'lines.line_id', 'lines.product_id', 'lines.sku_id'],
    ...['lines.seller_sku', 'lines.status', 'lines.cancelled', 'lines.is_gift'],
    ...['lines.original_price', 'lines.sale_price', 'lines.seller_discount'],
    'lines.platform_discount',
    ...STAMP_COLUMNS,
  ],
  products: [
    ...['shop_key', 'epoch', 'product_id', 'title', 'status', 'skus.sku_id', 'skus.seller_sku'],
    ...['skus.status', 'skus.price', 'skus.currency', 'create_time', 'update_time', 'seen_date'],
    ...STAMP_COLUMNS,
  ],
  sku_prices: [
    ...['shop_key', 'epoch', 'sku_id', 'price_date', 'product_id', 'price', 'currency'],
    ...['event_id', 'ver'],
  ],
  statements: [
    ...['shop_key', 'epoch', 'local_date', 'statement_id', 'statement_time', 'payment_id'],
    ...['payment_status', 'currency', 'settlement_amount', 'revenue_amount', 'net_sales_amount'],
    ...['shipping_cost_amount', 'fee_amount', 'adjustment_amount'],
    ...STAMP_COLUMNS,
  ],
  finance_transactions: [
    ...['shop_key', 'epoch', 'local_date', 'statement_id', 'transaction_id', 'statement_time'],
    ...['order_id', 'order_local_date', 'adjustment_id', 'type', 'reserve_status', 'currency'],
    ...['settlement_amount', 'revenue_amount', 'shipping_cost_amount', 'fee_tax_amount'],
    ...['adjustment_amount', 'reserve_amount', 'refund_subtotal', 'refund_seller_discount'],
    'breakdown',
    ...STAMP_COLUMNS,
  ],
  order_settlements: [
    ...['shop_key', 'epoch', 'local_date', 'order_id', 'transaction_id', 'statement_id'],
    ...['statement_time', 'statement_date', 'statement_hour', 'type', 'currency'],
    ...['settlement_amount', 'revenue_amount', 'shipping_cost_amount', 'fee_tax_amount'],
    ...['adjustment_amount', 'refund', 'event_id', 'ver'],
  ],
  payments: [
    ...['shop_key', 'epoch', 'local_date', 'payment_id', 'create_time', 'paid_time', 'paid_date'],
    ...['status', 'currency', 'amount', 'settlement_amount', 'reserve_amount'],
    ...['before_exchange_amount', 'before_exchange_currency', 'exchange_rate'],
    ...STAMP_COLUMNS,
  ],
  inventory_snapshots: [
    ...['shop_key', 'epoch', 'sku_id', 'snap_hour', 'product_id', 'seen_date'],
    ...['warehouses.warehouse_id', 'warehouses.available', 'warehouses.committed'],
    ...STAMP_COLUMNS,
  ],
  unsettled: [
    ...['shop_key', 'epoch', 'local_date', 'transaction_id', 'order_id', 'adjustment_id', 'type'],
    ...['reason', 'order_create_time', 'delivery_time', 'currency', 'est_settlement_amount'],
    ...['est_revenue_amount', 'est_shipping_cost_amount', 'est_fee_tax_amount'],
    ...['est_adjustment_amount', 'breakdown'],
    ...STAMP_COLUMNS,
  ],
  sweeps: ['shop_key', 'epoch', 'stream', 'at', 'ver'],
  gaps: ['shop_key', 'epoch', 'resource', 'entity_id', 'from_s', 'through_s', 'ver', 'closed'],
} as const satisfies Record<string, readonly string[]>;
export type BaseTable = keyof typeof COLUMNS;

/** An order's lines are columns already; they go into the nested columns as they are. */
export function orderRow(stamp: RowStamp, fact: OrderFact): string {
  const { lines } = fact;
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, fact.localDate, textCell(fact.orderId)],
    ...[fact.createTime, fact.updateTime, nullCell(fact.paidTime)],
    ...[nullCell(fact.saleDate), nullCell(fact.saleHour)],
    ...[nullCell(fact.cancelTime), nullCell(fact.cancelDate), nullCell(fact.cancelHour)],
    ...[nullCell(fact.rtsTime), nullCell(fact.rtsSlaTime), nullCell(fact.deliveryTime)],
    ...[textCell(fact.status), fact.isCancelled, textCell(fact.cancellationInitiator)],
    ...[textCell(fact.cancelReason), textCell(fact.fulfillmentType), textCell(fact.shippingType)],
    ...[textCell(fact.commercePlatform), textCell(fact.warehouseId), fact.isCod, fact.isSample],
    ...[fact.isReplacement, fact.isExchange, fact.isOnHold, fact.currency, fact.totalAmount],
    ...[fact.subTotal, fact.originalTotalProductPrice, fact.sellerDiscount],
    ...[fact.platformDiscount, fact.shippingFee, fact.tax, decimalMapCell(fact.otherAmounts)],
    ...[textArrayCell(lines.lineId), textArrayCell(lines.productId), textArrayCell(lines.skuId)],
    ...[textArrayCell(lines.sellerSku), textArrayCell(lines.status)],
    ...[plainArrayCell(lines.cancelled), plainArrayCell(lines.isGift)],
    ...[plainArrayCell(lines.originalPrice), plainArrayCell(lines.salePrice)],
    ...[plainArrayCell(lines.sellerDiscount), plainArrayCell(lines.platformDiscount)],
    ...stampCells(stamp),
  ]);
}

export function productRow(stamp: RowStamp, fact: ProductFact): string {
  const { skus } = fact;
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, textCell(fact.productId), textCell(fact.title)],
    ...[textCell(fact.status), textArrayCell(skus.skuId), textArrayCell(skus.sellerSku)],
    ...[textArrayCell(skus.status), plainArrayCell(skus.price), textArrayCell(skus.currency)],
    ...[fact.createTime, fact.updateTime, fact.seenDate],
    ...stampCells(stamp),
  ]);
}

/**
 * One row for each SKU and the day of the reading. A fact has a zero where the source tells no price: that
 * is none. Of a SKU that is told twice the last stands, so that one version never has two rows of one key.
 */
export function skuPriceRows(stamp: RowStamp, fact: ProductFact): string[] {
  const { skus } = fact;
  const rows = new Map<string, string>();
  skus.skuId.forEach((skuId, index) => {
    const price = skus.price[index] ?? '0';
    if (toUnits(price) !== 0n) {
      const row = tsvRow([
        ...[stamp.shopKey, stamp.epoch, textCell(skuId), fact.seenDate, textCell(fact.productId)],
        ...[price, skus.currency[index] ?? '', stamp.eventId, stamp.ver],
      ]);
      rows.set(skuId, row);
    }
  });
  return [...rows.values()];
}

export function statementRow(stamp: RowStamp, fact: StatementFact): string {
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, fact.localDate, textCell(fact.statementId)],
    ...[fact.statementTime, textCell(fact.paymentId), textCell(fact.paymentStatus)],
    ...[fact.currency, fact.settlementAmount, fact.revenueAmount, fact.netSalesAmount],
    ...[fact.shippingCostAmount, fact.feeAmount, fact.adjustmentAmount],
    ...stampCells(stamp),
  ]);
}

export function transactionRow(stamp: RowStamp, fact: TransactionFact): string {
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, fact.localDate, textCell(fact.statementId)],
    ...[textCell(fact.transactionId), fact.statementTime, textCell(fact.orderId)],
    ...[nullCell(fact.orderLocalDate), textCell(fact.adjustmentId), textCell(fact.type)],
    ...[textCell(fact.reserveStatus), fact.currency, fact.settlementAmount, fact.revenueAmount],
    ...[fact.shippingCostAmount, fact.feeTaxAmount, fact.adjustmentAmount, fact.reserveAmount],
    ...[fact.refundSubtotal, fact.refundSellerDiscount, decimalMapCell(fact.breakdown)],
    ...stampCells(stamp),
  ]);
}

export function paymentRow(stamp: RowStamp, fact: PaymentFact): string {
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, fact.localDate, textCell(fact.paymentId)],
    ...[fact.createTime, nullCell(fact.paidTime), nullCell(fact.paidDate)],
    ...[textCell(fact.status), fact.currency, fact.amount, fact.settlementAmount],
    ...[fact.reserveAmount, fact.beforeExchangeAmount, fact.beforeExchangeCurrency],
    ...[fact.exchangeRate, ...stampCells(stamp)],
  ]);
}

export function inventoryRow(stamp: RowStamp, fact: InventoryFact): string {
  const { warehouses } = fact;
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, textCell(fact.skuId), fact.snapHour],
    ...[textCell(fact.productId), fact.seenDate, textArrayCell(warehouses.warehouseId)],
    ...[plainArrayCell(warehouses.available), plainArrayCell(warehouses.committed)],
    ...stampCells(stamp),
  ]);
}

export function unsettledRow(stamp: RowStamp, fact: UnsettledFact): string {
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, fact.localDate, textCell(fact.transactionId)],
    ...[textCell(fact.orderId), textCell(fact.adjustmentId), textCell(fact.type)],
    ...[textCell(fact.reason), nullCell(fact.orderCreateTime), nullCell(fact.deliveryTime)],
    ...[fact.currency, fact.estSettlementAmount, fact.estRevenueAmount],
    ...[fact.estShippingCostAmount, fact.estFeeTaxAmount, fact.estAdjustmentAmount],
    ...[decimalMapCell(fact.breakdown), ...stampCells(stamp)],
  ]);
}

/** Since when rows of a listing must have been read to be there still; undefined for other markers. */
export function sweepRow(
  { shopKey, epoch }: Pick<RowStamp, 'shopKey' | 'epoch'>,
  { resource, through, sweep }: Marker,
): string | undefined {
  return sweep === undefined
    ? undefined
    : tsvRow([shopKey, epoch, resource, through, rowVersion(sweep, 0)]);
}

/** What was read at the source and could not become a row of its own. */
export function gapRow({ shopKey, epoch }: Pick<RowStamp, 'shopKey' | 'epoch'>, gap: Gap): string {
  return tsvRow([
    ...[shopKey, epoch, gap.resource, textCell(gap.entityId), gap.from, gap.through],
    ...[rowVersion(gap.ver, 0), 0],
  ]);
}

/**
 * In the place of the gaps of its entity up to the version that figures have. A gap has an even version, so
 * one of the same version that comes late or again stands behind this.
 */
export function closedGapRow(gap: MendedGap): string {
  const { shopKey, epoch } = gap.scope;
  return tsvRow([
    ...[shopKey, epoch, gap.resource, textCell(gap.entityId), gap.fromS, gap.throughS],
    ...[String(gap.rowVer | 1n), 1],
  ]);
}

/** Money back to the buyer, positive: the platform writes both parts below zero. */
function refundOf(fact: TransactionFact): string {
  return fromUnits(-(toUnits(fact.refundSubtotal) + toUnits(fact.refundSellerDiscount)));
}

export function settlementRow(
  stamp: RowStamp,
  fact: TransactionFact,
  orderLocalDate: string,
): string {
  return tsvRow([
    ...[stamp.shopKey, stamp.epoch, orderLocalDate, textCell(fact.orderId)],
    ...[textCell(fact.transactionId), textCell(fact.statementId), fact.statementTime],
    ...[fact.localDate, fact.statementHour, textCell(fact.type), fact.currency],
    ...[fact.settlementAmount, fact.revenueAmount, fact.shippingCostAmount, fact.feeTaxAmount],
    ...[fact.adjustmentAmount, refundOf(fact), stamp.eventId, stamp.ver],
  ]);
}
