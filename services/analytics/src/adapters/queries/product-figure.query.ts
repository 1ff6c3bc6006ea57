import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';
import {
  HAS_SOLD,
  IN_PRODUCT_RANGE,
  PRODUCT_SUMS,
  productRange,
  productSumsOf,
  productSumsRow,
} from './product-sums.ts';

/** One product's amounts in a range, per currency. */
export const productFigure = defineQuery({
  name: 'product-figure',
  params: productRange,
  row: z.object(productSumsRow),
  sql: `
    SELECT ${PRODUCT_SUMS}
    FROM product_daily FINAL
    WHERE ${IN_PRODUCT_RANGE}
    GROUP BY currency
    HAVING ${HAS_SOLD}
    ${READ_SETTINGS}`,
  mapRow: (found) => ({
    stored: [{ storedOn: found.first }, { storedOn: found.last }],
    sums: productSumsOf(found),
  }),
});
