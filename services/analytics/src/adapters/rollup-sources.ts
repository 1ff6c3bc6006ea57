/*
 * What each rollup is made of, from the base tables. `where` bounds the storage days: the dirty
 * buckets of a pass, or a month of the audit.
 */

export const BUCKET = 'shop_key, epoch, local_date';

/** Columns of the shop's rollups between the key and `ver`, in table order. */
export const SHOP_MEASURES = [
  'orders',
  'units',
  'gift_units',
  'gross_sales',
  'seller_discount',
  'platform_discount',
  'shipping_fee',
  'tax',
  'total_amount',
  'cancelled_orders',
  'cancelled_units',
  'cancelled_value',
  'cancelled_orders_by_sale',
  'cancelled_value_by_sale',
  'refunds',
  'refunds_of_cancelled',
  'refunds_by_sale',
  'over_refunded_orders',
] as const;
type ShopMeasure = (typeof SHOP_MEASURES)[number];

export const PRODUCT_MEASURES = [
  'orders',
  'sku_orders',
  'units',
  'gift_units',
  'gross_sales',
  'seller_discount',
  'platform_discount',
  'cancelled_units',
  'cancelled_value',
  'cancelled_value_by_sale',
] as const;

export const FINANCE_MEASURES = [
  'transactions',
  'settlement',
  'revenue',
  'shipping_cost',
  'fee_tax',
  'adjustment',
  'reserve',
  'refunds',
] as const;

// Counts and sums meet in one UNION: a plain 0 takes the type of its column. The prefix keeps an
// alias from standing for the column that it is made of.
export const measures = <M extends string>(
  names: readonly M[],
  given: Partial<Record<M, string>>,
) => names.map((name) => `${given[name] ?? '0'} AS m_${name}`).join(', ');
export const sums = (names: readonly string[]) => names.map((name) => `sum(m_${name})`).join(', ');

/** Sales on the day of the sale, cancellations on the day of the cancellation. */
const orderMovements = (where: string) => `
  SELECT ${BUCKET}, assumeNotNull(moved.2) AS event_date, assumeNotNull(moved.3) AS event_hour,
    currency, ${measures<ShopMeasure>(SHOP_MEASURES, {
      orders: 'countIf(moved.1)',
      units: 'sumIf(units, moved.1)',
      gift_units: 'sumIf(gift_units, moved.1)',
      gross_sales: 'sumIf(gross_sales, moved.1)',
      seller_discount: 'sumIf(lines_seller_discount, moved.1)',
      platform_discount: 'sumIf(lines_platform_discount, moved.1)',
      shipping_fee: 'sumIf(shipping_fee, moved.1)',
      tax: 'sumIf(tax, moved.1)',
      total_amount: 'sumIf(total_amount, moved.1)',
      cancelled_orders: 'countIf(NOT moved.1 AND is_cancelled = 1)',
      cancelled_units: 'sumIf(cancelled_units, NOT moved.1)',
      cancelled_value: 'sumIf(cancelled_value, NOT moved.1)',
      cancelled_orders_by_sale: 'countIf(moved.1 AND is_cancelled = 1)',
      cancelled_value_by_sale: 'sumIf(cancelled_value, moved.1)',
    })}
  FROM orders FINAL
  ARRAY JOIN arrayFilter(m -> isNotNull(m.2),
    [(true, sale_date, sale_hour), (false, cancel_date, cancel_hour)]) AS moved
  WHERE ${where} AND countable = 1
  GROUP BY ${BUCKET}, event_date, event_hour, currency`;

/** The orders of the buckets that a refund may belong to, as far as they have arrived. */
const refundedOrders = (where: string) => `
  SELECT ${BUCKET}, order_id, 1 AS known, countable, is_cancelled, currency AS order_currency,
    sale_date, sale_hour, cancelled_value, gross_sales - lines_seller_discount AS paid
  FROM orders FINAL
  WHERE ${where}`;

/** Settled refunds on the statement's day; also of an order that has not arrived yet. */
const refundsAsSettled = (where: string) => `
  SELECT ${BUCKET}, statement_date AS event_date, statement_hour AS event_hour, currency,
    ${measures<ShopMeasure>(SHOP_MEASURES, {
      refunds: 'sumIf(refund, is_cancelled = 0)',
      refunds_of_cancelled: 'sumIf(refund, is_cancelled = 1)',
    })}
  FROM (
    SELECT ${BUCKET}, order_id, currency, statement_date, statement_hour, refund
    FROM order_settlements FINAL
    WHERE ${where} AND refund != 0
  ) AS settled
  LEFT JOIN (${refundedOrders(where)}) AS sold USING (${BUCKET}, order_id)
  WHERE known = 0 OR countable = 1
  GROUP BY ${BUCKET}, event_date, event_hour, currency`;

/** The same refunds on the day of the sale, and the orders that got back more than they paid. */
const refundsBySale = (where: string) => `
  SELECT ${BUCKET}, assumeNotNull(sale_date) AS event_date, assumeNotNull(sale_hour) AS event_hour,
    currency, ${measures<ShopMeasure>(SHOP_MEASURES, {
      refunds_by_sale: 'sumIf(refunded, is_cancelled = 0)',
      over_refunded_orders: `countIf(currency = order_currency
        AND refunded + if(is_cancelled = 1, toDecimal64(0, 4), cancelled_value) > paid)`,
    })}
  FROM (
    SELECT ${BUCKET}, order_id, currency, sum(refund) AS refunded
    FROM order_settlements FINAL
    WHERE ${where} AND refund != 0
    GROUP BY ${BUCKET}, order_id, currency
  ) AS settled
  INNER JOIN (${refundedOrders(where)}) AS sold USING (${BUCKET}, order_id)
  WHERE countable = 1
  GROUP BY ${BUCKET}, event_date, event_hour, currency`;

/** Everything that happened to a shop, by the hour in which it happened. */
export const movementsOf = (where: string): string =>
  [orderMovements(where), refundsAsSettled(where), refundsBySale(where)].join('\n  UNION ALL');

export const productsOf = (where: string): string => `
  SELECT ${BUCKET}, assumeNotNull(moved.2) AS event_date, product_id, sku_id, currency,
    ${measures(PRODUCT_MEASURES, {
      orders: 'countIf(moved.1 AND gift = 0 AND of_product = 1)',
      sku_orders: 'countIf(moved.1 AND gift = 0 AND of_sku = 1)',
      units: 'countIf(moved.1 AND gift = 0)',
      gift_units: 'countIf(moved.1 AND gift = 1)',
      gross_sales: 'sumIf(price, moved.1 AND gift = 0)',
      seller_discount: 'sumIf(own_discount, moved.1 AND gift = 0)',
      platform_discount: 'sumIf(their_discount, moved.1 AND gift = 0)',
      cancelled_units: 'countIf(NOT moved.1 AND gift = 0 AND gone)',
      cancelled_value: 'sumIf(price - own_discount, NOT moved.1 AND gift = 0 AND gone)',
      cancelled_value_by_sale: 'sumIf(price - own_discount, moved.1 AND gift = 0 AND gone)',
    })}
  FROM (
    SELECT ${BUCKET}, currency, product_id, sku_id, price, own_discount, their_discount, gift,
      of_product, of_sku, line_gone = 1 OR is_cancelled = 1 AS gone,
      arrayFilter(m -> isNotNull(m.2), [(true, sale_date), (false, cancel_date)]) AS movements
    FROM orders FINAL
    ARRAY JOIN lines.product_id AS product_id, lines.sku_id AS sku_id,
      lines.original_price AS price, lines.seller_discount AS own_discount,
      lines.platform_discount AS their_discount, lines.is_gift AS gift,
      lines.cancelled AS line_gone,
      arrayEnumerateUniq(lines.product_id, lines.is_gift) AS of_product,
      arrayEnumerateUniq(lines.product_id, lines.sku_id, lines.is_gift) AS of_sku
    WHERE ${where} AND countable = 1
  )
  ARRAY JOIN movements AS moved
  GROUP BY ${BUCKET}, event_date, product_id, sku_id, currency`;

export const financeOf = (where: string): string => `
  SELECT ${BUCKET}, type, currency, ${measures(FINANCE_MEASURES, {
    transactions: 'count()',
    settlement: 'sum(settlement_amount)',
    revenue: 'sum(revenue_amount)',
    shipping_cost: 'sum(shipping_cost_amount)',
    fee_tax: 'sum(fee_tax_amount)',
    adjustment: 'sum(adjustment_amount)',
    reserve: 'sum(reserve_amount)',
    refunds: '-sum(refund_subtotal + refund_seller_discount)',
  })}
  FROM finance_transactions FINAL
  WHERE ${where}
  GROUP BY ${BUCKET}, type, currency`;
