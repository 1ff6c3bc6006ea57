import { currency } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import type { Taken } from '../../domain/proof.ts';
import { READ_SETTINGS } from './figure-columns.ts';
import {
  CONTRIBUTIONS,
  movementParams,
  productMovements,
  shopMovements,
  weightParams,
} from './movements.ts';

const params = {
  ...movementParams,
  ...weightParams,
  /** Place of the last row of the page before; 0, '', '' and '' for the first page. */
  afterAt: z.int(),
  afterOrder: z.string(),
  afterTransaction: z.string(),
  afterKind: z.string(),
  limit: z.int(),
};

const cells = z.tuple([
  z.enum(['sale', 'cancellation', 'refund', 'discount']),
  z.string(),
  z.string(),
  z.string(),
  z.coerce.number().int(),
  z.iso.date(),
  z.string(),
  currency,
]);
const row = z.object({ total: z.string(), n: z.string(), page: z.array(cells) });

/** A page has 200 rows at most; one more tells that another follows. */
const MOST_ROWS = 201;
const KINDS = "['sale', 'discount', 'cancellation', 'refund']";

/**
 * Sum and number of all rows and one page of them, newest first, in one pass: the page is the top of
 * a heap that the sum runs by, so that memory stays small whatever the range.
 */
const pageOf = (movements: string) => `
    ${movements}
    SELECT toString(sum(contribution)) AS total, toString(count()) AS n,
      arrayMap(one -> (one.5, one.2, one.3, one.6, toString(-one.1), one.7, one.8, one.9),
        arraySlice(groupArraySortedIf(${String(MOST_ROWS)})(
          (-toInt64(moment), order_id, transaction_id, indexOf(${KINDS}, what), what, statement_id,
            toString(event_date), toString(contribution), toString(currency)),
          {afterAt:UInt32} = 0
            OR (-toInt64(moment), order_id, transaction_id, indexOf(${KINDS}, what))
              > (-toInt64({afterAt:UInt32}), {afterOrder:String}, {afterTransaction:String},
                indexOf(${KINDS}, {afterKind:String}))
        ), 1, {limit:UInt32})) AS page
    FROM (${CONTRIBUTIONS})
    ${READ_SETTINGS}`;

const mapRow = ({ total, n, page }: z.infer<typeof row>) => ({
  sum: total,
  rows: Number(n),
  page: page.map(
    ([kind, order_id, transaction_id, statement_id, at, event_date, contribution, own]) => ({
      ...{ kind, order_id, transaction_id, statement_id, at, event_date, contribution },
      currency: own,
    }),
  ),
});

/** The rows that a shop's figure is made of. */
export const proofPageOf = (taken: Taken) =>
  defineQuery({
    name: 'proof-page',
    params: z.strictObject(params),
    row,
    sql: pageOf(shopMovements(taken)),
    mapRow,
  });

/** The same for a product's figure. */
export const productProofPageOf = (taken: Taken) =>
  defineQuery({
    name: 'product-proof-page',
    params: z.strictObject({ ...params, productId: z.string() }),
    row,
    sql: pageOf(productMovements(taken)),
    mapRow,
  });
