import {
  currencyDigits,
  fromUnits,
  isoInstant,
  sumDecimals,
  toUnits,
} from '@tokometrics/contracts';

/** Columns that list and detail share. */
export interface OrderColumns {
  /** Local day whose bucket holds the order and what statements say of it. */
  readonly stored_on: string;
  readonly order_id: string;
  readonly created: number;
  readonly sold: number | null;
  readonly is_sale: number;
  readonly status: string;
  readonly is_cod: number;
  readonly is_sample: number;
  readonly is_replacement: number;
  readonly is_exchange: number;
  readonly is_on_hold: number;
  readonly is_cancelled: number;
  readonly currency: string;
  readonly n_units: string;
  readonly gross: string;
  /** Gross less own discounts and cancellations. */
  readonly before_refunds: string;
}

/** Money that statements have paid back of one order. */
export interface OrderRefund {
  readonly stored_on: string;
  readonly order_id: string;
  readonly currency: string;
  readonly refunded: string;
}

export interface OrderColumnsWithLines extends OrderColumns {
  readonly updated: number;
  readonly paid: number | null;
  readonly cancelled_at: number | null;
  readonly has_cancel: number;
  readonly shipped: number | null;
  readonly ship_by: number | null;
  readonly delivered: number | null;
  readonly cancellation_initiator: string;
  readonly cancel_reason: string;
  readonly seller_discount_text: string;
  readonly platform_discount_text: string;
  readonly shipping_text: string;
  readonly tax_text: string;
  readonly total_text: string;
  readonly product_ids: readonly string[];
  readonly sku_ids: readonly string[];
  readonly seller_skus: readonly string[];
  readonly line_statuses: readonly string[];
  readonly gifts: readonly number[];
  readonly original_prices: readonly string[];
  readonly line_seller_discounts: readonly string[];
  readonly line_platform_discounts: readonly string[];
}

export interface OrderTransaction {
  readonly stored_on: string;
  readonly transaction_id: string;
  readonly statement_id: string;
  readonly date: string;
  readonly type: string;
  readonly currency: string;
  readonly revenue: string;
  readonly fees: string;
  readonly shipping: string;
  readonly refund_text: string;
  readonly settlement: string;
}

function amountOf(text: string, currency: string) {
  return { amount: fromUnits(toUnits(text), currencyDigits(currency)), currency };
}

const FLAGS = [
  ['cod', 'is_cod'],
  ['sample', 'is_sample'],
  ['replacement', 'is_replacement'],
  ['exchange', 'is_exchange'],
  ['on_hold', 'is_on_hold'],
  ['cancelled', 'is_cancelled'],
] as const;

/**
 * What net sales by the day of sale have of an order: less its refunds, and of one that was cancelled as a
 * whole nothing twice. No amount in another currency is taken off.
 */
function netOf(order: OrderColumns, refunds: readonly OrderRefund[]): string {
  const own = refunds.filter(
    ({ stored_on, order_id, currency }) =>
      stored_on === order.stored_on && order_id === order.order_id && currency === order.currency,
  );
  const refunded = order.is_cancelled === 1 ? '0' : sumDecimals(own.map((one) => one.refunded));
  return fromUnits(toUnits(order.before_refunds) - toUnits(refunded));
}

export function orderRowOf(shopKey: string, order: OrderColumns, refunds: readonly OrderRefund[]) {
  return {
    orderId: order.order_id,
    shopKey,
    createTime: isoInstant(order.created),
    saleTime: order.is_sale === 1 && order.sold !== null ? isoInstant(order.sold) : null,
    status: order.status,
    flags: FLAGS.filter(([, column]) => order[column] === 1).map(([flag]) => flag),
    units: Number(order.n_units),
    gross: amountOf(order.gross, order.currency),
    net: amountOf(netOf(order, refunds), order.currency),
  };
}

export function orderDetailOf(
  shopKey: string,
  order: OrderColumnsWithLines,
  titles: ReadonlyMap<string, string>,
  transactions: readonly OrderTransaction[],
) {
  return {
    ...orderRowOf(
      shopKey,
      order,
      transactions.map(({ stored_on, currency, refund_text }) => ({
        ...{ stored_on, order_id: order.order_id, currency, refunded: refund_text },
      })),
    ),
    times: timesOf(order),
    amounts: amountsOf(order),
    cancellation:
      order.has_cancel === 1
        ? {
            at: order.cancelled_at === null ? null : isoInstant(order.cancelled_at),
            initiator: order.cancellation_initiator,
            reason: order.cancel_reason,
          }
        : null,
    lines: linesOf(order, titles),
    transactions: transactions.map(transactionOf),
  };
}

function timesOf(order: OrderColumnsWithLines) {
  const named: readonly (readonly [string, number | null])[] = [
    ['created', order.created],
    ['paid', order.paid],
    ['ship_by', order.ship_by],
    ['shipped', order.shipped],
    ['delivered', order.delivered],
    ['cancelled', order.cancelled_at],
    ['updated', order.updated],
  ];
  return named.flatMap(([name, at]) => (at === null ? [] : [{ name, at: isoInstant(at) }]));
}

function amountsOf(order: OrderColumnsWithLines) {
  const named: readonly (readonly [string, string])[] = [
    ['gross', order.gross],
    ['seller_discount', order.seller_discount_text],
    ['platform_discount', order.platform_discount_text],
    ['shipping_fee', order.shipping_text],
    ['tax', order.tax_text],
    ['total', order.total_text],
  ];
  return named.map(([name, text]) => ({ name, amount: amountOf(text, order.currency) }));
}

/** Equal units of one SKU at one price are one row with a quantity; first seen, first shown. */
function linesOf(order: OrderColumnsWithLines, titles: ReadonlyMap<string, string>) {
  const groups = new Map<string, ReturnType<typeof lineAt> & { quantity: number }>();
  order.product_ids.forEach((_id, index) => {
    const line = lineAt(order, titles, index);
    const key = JSON.stringify(line);
    const known = groups.get(key);
    groups.set(key, { ...line, quantity: (known?.quantity ?? 0) + 1 });
  });
  return [...groups.values()];
}

function lineAt(order: OrderColumnsWithLines, titles: ReadonlyMap<string, string>, index: number) {
  const productId = order.product_ids[index] ?? '';
  const money = (column: readonly string[]) => amountOf(column[index] ?? '0', order.currency);
  return {
    productId,
    skuId: order.sku_ids[index] ?? '',
    sellerSku: order.seller_skus[index] ?? '',
    title: titles.get(productId) ?? productId,
    status: order.line_statuses[index] ?? '',
    isGift: order.gifts[index] === 1,
    originalPrice: money(order.original_prices),
    sellerDiscount: money(order.line_seller_discounts),
    platformDiscount: money(order.line_platform_discounts),
  };
}

function transactionOf(transaction: OrderTransaction) {
  const money = (text: string) => amountOf(text, transaction.currency);
  return {
    transactionId: transaction.transaction_id,
    statementId: transaction.statement_id,
    date: transaction.date,
    type: transaction.type,
    revenue: money(transaction.revenue),
    fees: money(transaction.fees),
    shipping: money(transaction.shipping),
    refund: money(transaction.refund_text),
    settlement: money(transaction.settlement),
  };
}
