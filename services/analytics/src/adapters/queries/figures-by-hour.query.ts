import { defineQuery } from '@tokometrics/kit';
import {
  figureList,
  figuresRow,
  IN_RANGES,
  READ_SETTINGS,
  toFigures,
  twoRanges,
} from './figure-columns.ts';

/** As figures-by-day, per hour: `at` is the instant at which the shop's hour began. */
export const figuresByHour = defineQuery({
  name: 'figures-by-hour',
  params: twoRanges,
  row: figuresRow,
  sql: `
    SELECT ${figureList('toString(toUnixTimestamp(event_hour))')}
    FROM shop_hourly FINAL
    WHERE ${IN_RANGES}
    ${READ_SETTINGS}`,
  mapRow: ({ figures }) => toFigures(figures, Number),
});
