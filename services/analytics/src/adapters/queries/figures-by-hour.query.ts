import { defineQuery } from '@tokometrics/kit';
import { z } from 'zod';
import {
  ANY_SET,
  columnsRow,
  IN_RANGES,
  LISTED,
  READ_SETTINGS,
  SUMMED,
  toFigures,
  twoRanges,
} from './figure-columns.ts';

/** As figures-by-day, per hour: `at` is the instant at which the shop's hour began. */
export const figuresByHour = defineQuery({
  name: 'figures-by-hour',
  params: twoRanges,
  row: columnsRow(z.int()),
  sql: `
    SELECT groupArray(toUnixTimestamp(event_hour)) AS at, groupArray(currency) AS currency, ${LISTED}
    FROM (
      SELECT event_hour, currency, ${SUMMED}
      FROM shop_hourly FINAL
      WHERE ${IN_RANGES}
      GROUP BY event_hour, currency
      HAVING ${ANY_SET}
      ORDER BY event_hour, currency
    )
    ${READ_SETTINGS}`,
  mapRow: toFigures,
});
