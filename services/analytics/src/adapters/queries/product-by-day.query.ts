import { localDate } from '@tokometrics/contracts';
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

/** One product's amounts in a range, per day shown and currency. */
export const productByDay = defineQuery({
  name: 'product-by-day',
  params: productRange,
  row: z.object({ ...productSumsRow, day: localDate }),
  sql: `
    SELECT toString(event_date) AS day, ${PRODUCT_SUMS}
    FROM product_daily FINAL
    WHERE ${IN_PRODUCT_RANGE}
    GROUP BY event_date, currency
    HAVING ${HAS_SOLD}
    ORDER BY event_date, currency
    ${READ_SETTINGS}`,
  mapRow: (found) => ({ storedOn: found.first, at: found.day, sums: productSumsOf(found) }),
});
