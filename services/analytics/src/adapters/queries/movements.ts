import { localDate, shopKey } from '@tokometrics/contracts';
import { z } from 'zod';

/*
 * The rows behind every figure, from the base tables: one row per sale, cancellation and refund, with
 * the same rules as the rollups. What they add up to is what the rollups say, or one of them is wrong.
 */
export const movementParams = {
  shopKey,
  epoch: z.int(),
  cutoff: localDate,
  from: localDate,
  to: localDate,
  /** Hours begun in [hourFrom, hourTo), epoch seconds; 0 and a far instant for whole days. */
  hourFrom: z.int(),
  hourTo: z.int(),
  /** 1: everything on the day of the order's sale; 0: each on its own day. */
  bySale: z.union([z.literal(0), z.literal(1)]),
};

export const ALL_HOURS = { hourFrom: 0, hourTo: 4_294_967_295 } as const;

const SCOPE = `shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}`;

/** Storage days that hold anything of the range; the rollups know them, so little else is read. */
const DAYS = `days AS (
      SELECT DISTINCT local_date FROM shop_daily FINAL
      WHERE ${SCOPE} AND event_date >= {from:Date} AND event_date < {to:Date}
        AND local_date >= {cutoff:Date} AND local_date < {to:Date} + 2
    )`;
const IN_DAYS = `${SCOPE} AND local_date >= {cutoff:Date} AND local_date IN (SELECT local_date FROM days)`;

const SHOP_AMOUNTS = `
        1 AS n_orders, units AS n_units, gross_sales AS gross, lines_seller_discount AS discount,
        toUInt64(is_cancelled) AS n_cancelled, cancelled_value AS cancelled`;

const OF_PRODUCT = `product = {productId:String} AND gift = 0`;
const PRODUCT_AMOUNTS = `
        arrayCount((product, gift) -> ${OF_PRODUCT}, lines.product_id, lines.is_gift) AS n_units,
        toUInt64(n_units > 0) AS n_orders,
        arraySum((product, gift, price) -> if(${OF_PRODUCT}, price, toDecimal64(0, 4)),
          lines.product_id, lines.is_gift, lines.original_price) AS gross,
        arraySum((product, gift, own) -> if(${OF_PRODUCT}, own, toDecimal64(0, 4)),
          lines.product_id, lines.is_gift, lines.seller_discount) AS discount,
        toUInt64(0) AS n_cancelled,
        arraySum((product, gift, price, own, gone) ->
            if(${OF_PRODUCT} AND (gone = 1 OR is_cancelled = 1), price - own, toDecimal64(0, 4)),
          lines.product_id, lines.is_gift, lines.original_price, lines.seller_discount,
          lines.cancelled) AS cancelled`;

const soldOf = (amounts: string, has: string) => `sold AS (
      SELECT local_date, order_id, currency, countable, is_cancelled, cancel_date, sale_date, sale_hour,
        if(is_cod = 1, create_time, paid_time) AS sale_time,
        ifNull(cancel_time, cancel_hour) AS gone_time, cancel_hour, ${amounts}
      FROM orders FINAL
      WHERE ${IN_DAYS}${has}
    )`;

const IN_RANGE = `event_date >= {from:Date} AND event_date < {to:Date}
      AND event_hour >= toDateTime({hourFrom:UInt32}, 'UTC') AND event_hour < toDateTime({hourTo:UInt32}, 'UTC')`;

const SALES = `
      SELECT 'sale' AS kind, order_id, '' AS transaction_id, '' AS statement_id, currency,
        assumeNotNull(sale_time) AS at, assumeNotNull(sale_date) AS event_date,
        assumeNotNull(sale_hour) AS event_hour,
        n_orders, n_units, gross, discount, 0 AS n_cancelled, toDecimal64(0, 4) AS cancelled,
        toDecimal64(0, 4) AS refund
      FROM sold WHERE countable = 1`;

const CANCELLATIONS = `
      SELECT 'cancellation' AS kind, order_id, '' AS transaction_id, '' AS statement_id, currency,
        assumeNotNull(if({bySale:UInt8} = 1, sale_time, gone_time)) AS at,
        assumeNotNull(if({bySale:UInt8} = 1, sale_date, cancel_date)) AS event_date,
        assumeNotNull(if({bySale:UInt8} = 1, sale_hour, cancel_hour)) AS event_hour,
        0, 0, toDecimal64(0, 4), toDecimal64(0, 4), n_cancelled, cancelled, toDecimal64(0, 4)
      FROM sold
      WHERE countable = 1 AND if({bySale:UInt8} = 1,
        is_cancelled = 1 OR cancelled != 0, isNotNull(cancel_date))`;

/** Of an order that was cancelled as a whole nothing counts twice; an unknown one has no sale day. */
const REFUNDS = `
      SELECT 'refund' AS kind, order_id, transaction_id, statement_id, back.currency AS currency,
        if({bySale:UInt8} = 1, assumeNotNull(sale_time), statement_time) AS at,
        if({bySale:UInt8} = 1, assumeNotNull(sale_date), statement_date) AS event_date,
        if({bySale:UInt8} = 1, assumeNotNull(sale_hour), statement_hour) AS event_hour,
        0, 0, toDecimal64(0, 4), toDecimal64(0, 4), 0, toDecimal64(0, 4), back.refund
      FROM (
        SELECT local_date, order_id, transaction_id, statement_id, currency, statement_time,
          statement_date, statement_hour, refund
        FROM order_settlements FINAL
        WHERE ${IN_DAYS} AND refund != 0
      ) AS back
      LEFT JOIN (
        SELECT local_date, order_id, 1 AS known, countable, is_cancelled, sale_time, sale_date, sale_hour
        FROM sold
      ) AS ordered USING (local_date, order_id)
      WHERE is_cancelled = 0 AND (countable = 1 OR known = 0 AND {bySale:UInt8} = 0)`;

/** `WITH` clause that ends in a relation named `moved`. */
export const SHOP_MOVEMENTS = `WITH ${DAYS},
    ${soldOf(SHOP_AMOUNTS, '')},
    moved AS (
      SELECT * FROM (${[SALES, CANCELLATIONS, REFUNDS].join('\n      UNION ALL')}
      ) WHERE ${IN_RANGE}
    )`;

/** Needs the parameter `productId`. Refunds are not split by product at the source. */
export const PRODUCT_MOVEMENTS = `WITH ${DAYS},
    ${soldOf(PRODUCT_AMOUNTS, ' AND has(lines.product_id, {productId:String})')},
    moved AS (
      SELECT * FROM (${[SALES, CANCELLATIONS].join('\n      UNION ALL')}
      ) WHERE ${IN_RANGE}
    )`;

/** How much of each amount a figure takes: 0, 1 or -1. */
export const weightParams = {
  wOrders: z.int(),
  wUnits: z.int(),
  wGross: z.int(),
  wDiscount: z.int(),
  wCancelledOrders: z.int(),
  wCancelled: z.int(),
  wRefund: z.int(),
};

/** One row per movement that the figure takes anything of, discounts apart from their sale. */
export const CONTRIBUTIONS = `
    SELECT part.1 AS what, order_id, transaction_id, statement_id, currency, toUnixTimestamp(at) AS moment,
      event_date, part.2 AS contribution
    FROM moved
    ARRAY JOIN arrayFilter(p -> p.2 != 0, [
      (kind, toDecimal128({wOrders:Int8} * n_orders + {wUnits:Int8} * n_units
          + {wCancelledOrders:Int8} * n_cancelled, 4)
        + {wGross:Int8} * gross + {wCancelled:Int8} * cancelled + {wRefund:Int8} * refund),
      ('discount', toDecimal128({wDiscount:Int8} * discount, 4))
    ]) AS part`;
