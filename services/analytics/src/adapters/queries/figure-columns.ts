import { localDate, shopKey } from '@tokometrics/contracts';
import { z } from 'zod';
import { AMOUNT_KEYS, sumsOfCells } from '../../domain/sums.ts';
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

const columns = AMOUNT_KEYS.map((key) => COLUMN[key]);
const HEAD_CELLS = 3;

/** Text in, text out: money and 64-bit counts stay strings until they become exact integers. */
export const figuresRow = z.object({
  figures: z.array(z.array(z.string()).length(HEAD_CELLS + AMOUNT_KEYS.length)),
});

/**
 * All rows as one list of lists. They are added up here and not by the store: for so few rows the
 * store would spend more on planning the sums than on reading them.
 */
export const figureList = (at: string, storedOn = 'toString(local_date)'): string =>
  `groupArray((${[storedOn, at, 'currency', ...columns.map((name) => `toString(${name})`)].join(', ')})) AS figures`;

export interface Figure<K> {
  /** Storage day of the orders that the row is made of. */
  readonly storedOn: string;
  readonly at: K;
  readonly sums: Sums;
}

export function toFigures<K>(rows: readonly (readonly string[])[], atOf: (at: string) => K) {
  return rows.map(([storedOn = '', at = '', currency = '', ...amounts]): Figure<K> => ({
    storedOn,
    at: atOf(at),
    sums: sumsOfCells(currency, amounts),
  }));
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

/** One thread: a rollup's read is over before a second one has begun, and others wait for it. */
export const READ_SETTINGS =
  'SETTINGS do_not_merge_across_partitions_select_final = 1, max_threads = 1';
