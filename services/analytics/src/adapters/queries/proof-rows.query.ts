import { currency, localDate } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';
import {
  CONTRIBUTIONS,
  movementParams,
  PRODUCT_MOVEMENTS,
  SHOP_MOVEMENTS,
  weightParams,
} from './movements.ts';

const page = {
  /** Place of the last row of the page before; a far future instant for the first page. */
  afterAt: z.int(),
  afterOrder: z.string(),
  afterTransaction: z.string(),
  afterKind: z.string(),
  limit: z.int(),
};

const proofKind = z.enum(['sale', 'cancellation', 'refund', 'discount']);
const row = z.object({
  kind: proofKind,
  order_id: z.string(),
  transaction_id: z.string(),
  statement_id: z.string(),
  at: z.int(),
  event_date: localDate,
  currency,
  contribution: z.string(),
});
export type ContributionRow = z.infer<typeof row>;

const pageOf = (movements: string) => `
    ${movements}
    SELECT what AS kind, order_id, transaction_id, statement_id, moment AS at,
      toString(event_date) AS event_date, currency, toString(contribution) AS contribution
    FROM (${CONTRIBUTIONS})
    WHERE (moment, order_id, transaction_id, what)
      < ({afterAt:UInt32}, {afterOrder:String}, {afterTransaction:String}, {afterKind:String})
    ORDER BY moment DESC, order_id DESC, transaction_id DESC, what DESC
    LIMIT {limit:UInt32}
    ${READ_SETTINGS}`;

/** One page of the rows that a shop's figure is made of, newest first. */
export const proofRows = defineQuery({
  name: 'proof-rows',
  params: z.strictObject({ ...movementParams, ...weightParams, ...page }),
  row,
  sql: pageOf(SHOP_MOVEMENTS),
  mapRow: (found) => found,
});

/** The same for a product's figure. */
export const productProofRows = defineQuery({
  name: 'product-proof-rows',
  params: z.strictObject({
    ...movementParams,
    ...weightParams,
    ...page,
    productId: z.string(),
  }),
  row,
  sql: pageOf(PRODUCT_MOVEMENTS),
  mapRow: (found) => found,
});
