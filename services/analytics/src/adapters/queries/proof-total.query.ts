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

const row = z.object({ total: z.string(), n: z.string() });
const totalOf = (movements: string) => `
    ${movements}
    SELECT toString(sum(contribution)) AS total, toString(count()) AS n FROM (${CONTRIBUTIONS})
    ${READ_SETTINGS}`;
const mapRow = ({ total, n }: z.infer<typeof row>) => ({ sum: total, rows: Number(n) });

/** Sum and number of ALL rows behind a shop's figure. */
export const proofTotal = defineQuery({
  name: 'proof-total',
  params: z.strictObject({ ...movementParams, ...weightParams }),
  row,
  sql: totalOf(SHOP_MOVEMENTS),
  mapRow,
});

/** The same for a product's figure. */
export const productProofTotal = defineQuery({
  name: 'product-proof-total',
  params: z.strictObject({ ...movementParams, ...weightParams, productId: z.string() }),
  row,
  sql: totalOf(PRODUCT_MOVEMENTS),
  mapRow,
});
