import { currency, localDate, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

const maybe = z.int().nullable();
export const ORDER_COLUMNS = `order_id, toUnixTimestamp(create_time) AS created,
      toUnixTimestamp(if(is_cod = 1, create_time, paid_time)) AS sold, isNotNull(sale_date) AS is_sale,
      status, is_cod, is_sample, is_replacement, is_exchange, is_on_hold, is_cancelled, currency,
      toString(units) AS n_units, toString(gross_sales) AS gross,
      toString(gross_sales - lines_seller_discount - cancelled_value) AS before_refunds`;

export const orderColumns = {
  order_id: z.string(),
  created: z.int(),
  sold: maybe,
  is_sale: z.int(),
  status: z.string(),
  is_cod: z.int(),
  is_sample: z.int(),
  is_replacement: z.int(),
  is_exchange: z.int(),
  is_on_hold: z.int(),
  is_cancelled: z.int(),
  currency,
  n_units: z.string(),
  gross: z.string(),
  before_refunds: z.string(),
};

const row = z.object({ ...orderColumns, stored_on: localDate });

/** Orders of a shop by the day they were placed, newest first. */
export const ordersPage = defineQuery({
  name: 'orders-page',
  params: z.strictObject({
    shopKey,
    epoch: z.int(),
    cutoff: localDate,
    from: localDate,
    to: localDate,
    status: z.string(),
    search: z.string(),
    afterDate: localDate,
    afterCreated: z.int(),
    afterOrder: z.string(),
    limit: z.int(),
  }),
  row,
  sql: `
    SELECT toString(local_date) AS stored_on, ${ORDER_COLUMNS}
    FROM (
      SELECT * , units, gross_sales, lines_seller_discount, cancelled_value
      FROM orders FINAL
      WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
        AND orders.local_date >= {cutoff:Date}
        AND orders.local_date >= {from:Date} AND orders.local_date < {to:Date}
        AND ({status:String} = '' OR status = {status:String})
        AND ({search:String} = '' OR position(order_id, {search:String}) > 0)
        AND (orders.local_date, toUnixTimestamp(create_time), order_id)
          < ({afterDate:Date}, {afterCreated:UInt32}, {afterOrder:String})
      ORDER BY orders.local_date DESC, create_time DESC, order_id DESC
      LIMIT {limit:UInt32}
    )
    ORDER BY created DESC, order_id DESC
    ${READ_SETTINGS}`,
  mapRow: (found) => found,
});
