import type { Zone } from '../zone-time.ts';
import { DAY_S, isoDate } from '../zone-time.ts';
import { createStream } from './random-stream.ts';
import type { SyntheticCatalogue } from './synthetic-catalogue.ts';
import type { SyntheticEvent } from './synthetic-events.ts';
import { generateOrder } from './synthetic-order.ts';

const MEAN_ORDERS = 60;
const WEEKEND = 1.3;
const FESTIVAL = 6;
const FESTIVALS = ['09-09', '10-10', '11-11', '12-12'];
/** Orders of an hour of the local day, relative to each other. */
const HOURS = [2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 6, 7, 9, 7, 6, 6, 6, 7, 8, 10, 11, 10, 7, 4];

export interface SyntheticSource {
  readonly seed: string;
  readonly catalogue: SyntheticCatalogue;
  readonly zone: Zone;
}

/** Events of all orders that are placed on one local day, order by order. */
export function generateDay(source: SyntheticSource, day: number): SyntheticEvent[] {
  const { seed, zone } = source;
  const date = isoDate(day);
  const stream = createStream(`${seed}/id/${date}/orders`);
  const count = Math.round(meanOf(day, date) * (0.85 + 0.3 * stream.unit()));
  const drawn = Array.from({ length: count }, () => drawSecond(stream.unit(), stream.unit()));
  const seconds = [...drawn, ...edgesOf(date, isoDate(day + 1))].sort((a, b) => a - b);
  return seconds.flatMap((second, index) =>
    generateOrder({
      ...source,
      day,
      sequence: index + 1,
      at: zone.toEpoch(day * DAY_S + second),
      stream,
    }),
  );
}

function meanOf(day: number, date: string): number {
  const weekday = new Date(day * DAY_S * 1000).getUTCDay();
  const weekend = weekday === 0 || weekday === 6 ? WEEKEND : 1;
  return MEAN_ORDERS * weekend * (FESTIVALS.includes(date.slice(5)) ? FESTIVAL : 1);
}

function drawSecond(hourDraw: number, secondDraw: number): number {
  const whole = HOURS.reduce((sum, weight) => sum + weight, 0);
  let left = hourDraw * whole;
  let hour = 0;
  for (const weight of HOURS) {
    if (left < weight) {
      break;
    }
    left -= weight;
    hour += 1;
  }
  return Math.min(23, hour) * 3_600 + Math.floor(secondDraw * 3_600);
}

/** The first and the last second of days around a month's beginning always have an order. */
function edgesOf(date: string, tomorrow: string): number[] {
  const dayOfMonth = date.slice(8);
  const isFirst = dayOfMonth === '01';
  const isSecond = dayOfMonth === '02';
  const isLast = tomorrow.endsWith('-01');
  return [...(isFirst || isSecond ? [0] : []), ...(isFirst || isLast ? [DAY_S - 1] : [])];
}

/** An order that a person adds by hand; numbered apart from the day's own. */
export function generateAdded(
  source: SyntheticSource,
  at: number,
  number: number,
): SyntheticEvent[] {
  return generateOrder({
    ...source,
    day: source.zone.dayOf(at),
    sequence: 9_000 + (number % 1_000),
    at,
    stream: createStream(`${source.seed}/id/added/${String(number)}`),
  });
}
