import { localDate, resource, shopKey } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import { READ_SETTINGS } from './figure-columns.ts';

/**
 * A row goes with the day that it is kept by, an order with that of its creation, up to three days before
 * it is past its time in the last of all zones. What is missing of such a day can come no more.
 */
const IS_KEPT = `if(resource = 'order' AND from_s > 0, from_s, through_s)
        >= toUnixTimestamp(toDateTime({cutoff:Date} + 3, 'UTC'))`;

/**
 * A later whole listing has read again what is there still, under a later version: of what is missing of
 * an earlier one either the row or a gap has come, or it is gone at the source.
 */
const IS_OF_LAST_SWEEP = `NOT (resource = 'unsettled' AND ver < (
        SELECT max(ver) FROM sweeps FINAL
        WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
          AND stream = 'unsettled'))`;

/**
 * What is still missing, by kind and by the days on which it begins and ends, so that a thousand of one day
 * are one row.
 */
export const openGaps = defineQuery({
  name: 'open-gaps',
  params: z.strictObject({ shopKey, epoch: z.int(), cutoff: localDate }),
  row: z.object({ resource, records: z.string(), first_s: z.string(), last_s: z.string() }),
  sql: `
    SELECT resource, toString(count()) AS records,
      toString(min(from_s)) AS first_s, toString(max(through_s)) AS last_s
    FROM gaps FINAL
    WHERE shop_key = {shopKey:FixedString(26)} AND epoch = {epoch:UInt32}
      AND closed = 0 AND ${IS_KEPT}
      AND ${IS_OF_LAST_SWEEP}
    GROUP BY resource, intDiv(from_s, 86400), intDiv(through_s, 86400)
    ORDER BY resource, first_s, last_s
    ${READ_SETTINGS}`,
  mapRow: (row) => ({
    resource: row.resource,
    records: Number(row.records),
    fromS: Number(row.first_s),
    throughS: Number(row.last_s),
  }),
});
