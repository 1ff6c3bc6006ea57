import { defineQuery } from '@tokometrics/kit';
import {
  figureList,
  figuresRow,
  IN_RANGES,
  READ_SETTINGS,
  toFigures,
  twoRanges,
} from './figure-columns.ts';

/** Every amount of both ranges per storage day, day shown and currency; serves all tiles and series. */
export const figuresByDay = defineQuery({
  name: 'figures-by-day',
  params: twoRanges,
  row: figuresRow,
  sql: `
    SELECT ${figureList('toString(event_date)')}
    FROM shop_daily FINAL
    WHERE ${IN_RANGES}
    ${READ_SETTINGS}`,
  mapRow: ({ figures }) => toFigures(figures, (day) => day),
});
