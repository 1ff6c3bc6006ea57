import { localDate, shopKey } from '@tokometrics/contracts';
import { z } from 'zod';
import type { Taken } from '../../domain/proof.ts';

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
  /** First and last storage day that hold anything of the range: the rollups told them. */
  storedFrom: localDate,
  storedTo: localDate,
  /** Hours begun in [hourFrom, hourTo), epoch seconds; 0 and a far instant for whole days. */
  hourFrom: z.int(),
  hourTo: z.int(),
  /** 1: everything on the day of the order's sale; 0: each on its own day. */
  bySale: z.union([z.literal(0), z.literal(1)]),
};

const IN_STORED = `shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
        AND local_date >= {cutoff:Date}
        AND local_date >= {storedFrom:Date} AND local_date <= {storedTo:Date}`;

const SHOP_AMOUNTS = `
        1 AS of_orders, units AS of_units, gross_sales AS of_gross, lines_seller_discount AS of_discount,
        toUInt64(is_cancelled) AS of_cancelled, cancelled_value AS of_cancelled_value`;

const OF_PRODUCT = `product = {productId:String} AND gift = 0`;
const PRODUCT_AMOUNTS = `
        arrayCount((product, gift) -> ${OF_PRODUCT}, lines.product_id, lines.is_gift) AS of_units,
        toUInt64(of_units > 0) AS of_orders,
        arraySum((product, gift, price) -> if(${OF_PRODUCT}, price, toDecimal64(0, 4)),
          lines.product_id, lines.is_gift, lines.original_price) AS of_gross,
        arraySum((product, gift, own) -> if(${OF_PRODUCT}, own, toDecimal64(0, 4)),
          lines.product_id, lines.is_gift, lines.seller_discount) AS of_discount,
        toUInt64(0) AS of_cancelled,
        arraySum((product, gift, price, own, gone) ->
            if(${OF_PRODUCT} AND (gone = 1 OR is_cancelled = 1), price - own, toDecimal64(0, 4)),
          lines.product_id, lines.is_gift, lines.original_price, lines.seller_discount,
          lines.cancelled) AS of_cancelled_value`;

const soldOf = (amounts: string, has: string) => `sold AS (
      SELECT local_date, order_id, currency, countable, is_cancelled, cancel_date, sale_date, sale_hour,
        if(is_cod = 1, create_time, paid_time) AS sale_time,
        ifNull(cancel_time, cancel_hour) AS gone_time, cancel_hour, ${amounts}
      FROM orders FINAL
      WHERE ${IN_STORED}${has}
    )`;

const IN_RANGE = `event_date >= {from:Date} AND event_date < {to:Date}
      AND event_hour >= toDateTime({hourFrom:UInt32}, 'UTC') AND event_hour < toDateTime({hourTo:UInt32}, 'UTC')`;

const SALE = `('sale', sale_time, sale_date, sale_hour)`;
const CANCELLATION = `if({bySale:UInt8} = 1,
          ('cancellation', sale_time,
            if(is_cancelled = 1 OR of_cancelled_value != 0, sale_date, NULL), sale_hour),
          ('cancellation', gone_time, cancel_date, cancel_hour))`;
const IS_SALE = "happened.1 = 'sale'";
const ZERO = 'toDecimal64(0, 4)';

/** What happened to orders themselves, in one pass over them. */
const ofOrders = (what: readonly string[]) => `
      SELECT happened.1 AS kind, order_id, '' AS transaction_id, '' AS statement_id, currency,
        assumeNotNull(happened.2) AS at, assumeNotNull(happened.3) AS event_date,
        assumeNotNull(happened.4) AS event_hour,
        if(${IS_SALE}, of_orders, 0) AS n_orders, if(${IS_SALE}, of_units, 0) AS n_units,
        if(${IS_SALE}, of_gross, ${ZERO}) AS gross,
        if(${IS_SALE}, of_discount, ${ZERO}) AS discount,
        if(${IS_SALE}, 0, of_cancelled) AS n_cancelled,
        if(${IS_SALE}, ${ZERO}, of_cancelled_value) AS cancelled, ${ZERO} AS refund
      FROM sold
      ARRAY JOIN arrayFilter(one -> isNotNull(one.3), [${what.join(', ')}]) AS happened
      WHERE countable = 1`;

/** Of an order that was cancelled as a whole nothing counts twice; an unknown one has no sale day. */
const REFUNDS = `
      SELECT 'refund' AS kind, order_id, transaction_id, statement_id, back.currency AS currency,
        if({bySale:UInt8} = 1, assumeNotNull(sale_time), statement_time) AS at,
        if({bySale:UInt8} = 1, assumeNotNull(sale_date), statement_date) AS event_date,
        if({bySale:UInt8} = 1, assumeNotNull(sale_hour), statement_hour) AS event_hour,
        0 AS n_orders, 0 AS n_units, toDecimal64(0, 4) AS gross,
        toDecimal64(0, 4) AS discount, 0 AS n_cancelled, toDecimal64(0, 4) AS cancelled,
        back.refund AS refund
      FROM (
        SELECT local_date, order_id, transaction_id, statement_id, currency, statement_time,
          statement_date, statement_hour, refund
        FROM order_settlements FINAL
        WHERE ${IN_STORED} AND refund != 0
      ) AS back
      LEFT JOIN (
        SELECT local_date, order_id, 1 AS known, countable, is_cancelled, sale_time, sale_date, sale_hour
        FROM sold
      ) AS ordered USING (local_date, order_id)
      WHERE is_cancelled = 0 AND (countable = 1 OR known = 0 AND {bySale:UInt8} = 0)`;

export const ALL_MOVEMENTS: Taken = { sales: true, cancellations: true, refunds: true };

const movedOf = (sold: string, { sales, cancellations, refunds }: Taken) => {
  const what = [...(sales ? [SALE] : []), ...(cancellations ? [CANCELLATION] : [])];
  const parts = [...(what.length > 0 ? [ofOrders(what)] : []), ...(refunds ? [REFUNDS] : [])];
  return `WITH ${sold},
    moved AS (
      SELECT * FROM (${parts.join('\n      UNION ALL')}
      ) WHERE ${IN_RANGE}
    )`;
};

/** `WITH` clause that ends in a relation named `moved`. */
export const shopMovements = (taken: Taken): string => movedOf(soldOf(SHOP_AMOUNTS, ''), taken);

/** Needs the parameter `productId`. Refunds are not split by product at the source. */
export const productMovements = (taken: Taken): string =>
  movedOf(soldOf(PRODUCT_AMOUNTS, ' AND has(lines.product_id, {productId:String})'), {
    ...taken,
    refunds: false,
  });

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
