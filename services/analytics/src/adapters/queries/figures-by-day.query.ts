import { localDate } from '@tokometrics/contracts';
import { defineQuery } from '@tokometrics/kit';
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

/** Every amount of both ranges per day shown and currency; serves all tiles, sparks and series. */
export const figuresByDay = defineQuery({
  name: 'figures-by-day',
  params: twoRanges,
  row: columnsRow(localDate),
  sql: `
    SELECT groupArray(toString(event_date)) AS at, groupArray(currency) AS currency, ${LISTED}
    FROM (
      SELECT event_date, currency, ${SUMMED}
      FROM shop_daily FINAL
      WHERE ${IN_RANGES}
      GROUP BY event_date, currency
      HAVING ${ANY_SET}
      ORDER BY event_date, currency
    )
    ${READ_SETTINGS}`,
  mapRow: toFigures,
});
