import { currency, localDate, shopKey } from '@tokometrics/contracts';
import { z } from 'zod';
import { AMOUNT_KEYS, sumsOfRow } from '../../domain/sums.ts';
import type { Amounts, Sums } from '../../domain/sums.ts';

/** Rollup column of each amount. */
const COLUMN: Readonly<Record<keyof Amounts, string>> = {
  orders: 'orders',
  units: 'units',
  grossSales: 'gross_sales',
  sellerDiscount: 'seller_discount',
  cancelledOrders: 'cancelled_orders',
  cancelledOrdersBySale: 'cancelled_orders_by_sale',
  cancelledValue: 'cancelled_value',
  cancelledValueBySale: 'cancelled_value_by_sale',
  refunds: 'refunds',
  refundsBySale: 'refunds_by_sale',
  overRefundedOrders: 'over_refunded_orders',
};

const sumOf = (key: keyof Amounts): string => `sum(${COLUMN[key]}) AS s_${COLUMN[key]}`;
const listOf = (key: keyof Amounts): string => `groupArray(s_${COLUMN[key]}) AS ${key}`;
const isSet = (key: keyof Amounts): string => `s_${COLUMN[key]} != 0`;

/** Inner select list, its filter (a key with nothing but zeros has vanished), and the outer lists. */
export const SUMMED = AMOUNT_KEYS.map(sumOf).join(', ');
export const ANY_SET = AMOUNT_KEYS.map(isSet).join(' OR ');
export const LISTED = AMOUNT_KEYS.map(listOf).join(', ');

const texts = z.array(z.string());

/** One row of lists instead of a row per day: a year of days is parsed in a fraction of the time. */
export const columnsRow = <K extends z.ZodType>(key: K) =>
  z.object({
    at: z.array(key),
    currency: z.array(currency),
    orders: texts,
    units: texts,
    grossSales: texts,
    sellerDiscount: texts,
    cancelledOrders: texts,
    cancelledOrdersBySale: texts,
    cancelledValue: texts,
    cancelledValueBySale: texts,
    refunds: texts,
    refundsBySale: texts,
    overRefundedOrders: texts,
  });

export interface Figure<K> {
  readonly at: K;
  readonly sums: Sums;
}

type Columns<K> = { readonly at: readonly K[]; readonly currency: readonly string[] } & Readonly<
  Record<keyof Amounts, readonly string[]>
>;

export function toFigures<K>(columns: Columns<K>): Figure<K>[] {
  return columns.at.map((at, index) => {
    const cell = (key: keyof Amounts): string => columns[key][index] ?? '0';
    return {
      at,
      sums: sumsOfRow(columns.currency[index] ?? '', {
        orders: cell('orders'),
        units: cell('units'),
        grossSales: cell('grossSales'),
        sellerDiscount: cell('sellerDiscount'),
        cancelledOrders: cell('cancelledOrders'),
        cancelledOrdersBySale: cell('cancelledOrdersBySale'),
        cancelledValue: cell('cancelledValue'),
        cancelledValueBySale: cell('cancelledValueBySale'),
        refunds: cell('refunds'),
        refundsBySale: cell('refundsBySale'),
        overRefundedOrders: cell('overRefundedOrders'),
      }),
    };
  });
}

/** A range and the one it is compared with; without comparison the second is empty. */
export const twoRanges = z.strictObject({
  shopKey,
  epoch: z.int(),
  cutoff: localDate,
  from: localDate,
  to: localDate,
  baseFrom: localDate,
  baseTo: localDate,
});

/**
 * Both ranges in one scan. No sale or cancellation precedes its order, so the storage day bounds the
 * read from above; two days of slack, since a change of zone can date a sale before its bucket.
 */
export const IN_RANGES = `
      shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND (event_date >= {from:Date} AND event_date < {to:Date}
        OR event_date >= {baseFrom:Date} AND event_date < {baseTo:Date})
      AND local_date >= {cutoff:Date}
      AND local_date < greatest({to:Date}, {baseTo:Date}) + 2`;

export const READ_SETTINGS = 'SETTINGS do_not_merge_across_partitions_select_final = 1';
