import type { Zone } from '../zone-time.ts';
import { DAY_S, HOUR_S, isoDate } from '../zone-time.ts';
import { createStream } from './random-stream.ts';
import type { SyntheticCatalogue } from './synthetic-catalogue.ts';
import type { SyntheticEvent } from './synthetic-events.ts';
import type { SyntheticIds } from './synthetic-ids.ts';
import { generateOrder } from './synthetic-order.ts';
import type { SyntheticProfile } from './synthetic-profile.ts';

const WEEKEND = 1.3;
/** Orders of an hour of the local day, relative to each other. */
const HOURS = [2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 6, 7, 9, 7, 6, 6, 6, 7, 8, 10, 11, 10, 7, 4];
/** Each batch of a day numbers its orders from the next thousand; added ones come after all. */
const BATCH_SIZE = 1_000;
const FIRST_ADDED = 9_000;
const QUARTER_S = 900;

export interface SyntheticSource {
  readonly seed: string;
  readonly profile: SyntheticProfile;
  readonly ids: SyntheticIds;
  readonly catalogue: SyntheticCatalogue;
  readonly zone: Zone;
}

/**
 * Events of each order that is placed on one local day. Batch 0 is the shop's usual day; further
 * ones are as many orders again, and change nothing of it.
 */
export function generateDay(source: SyntheticSource, day: number, batch = 0): SyntheticEvent[][] {
  const { zone } = source;
  const date = isoDate(day);
  const stream = streamOf(source, `${date}/orders`, batch);
  const parcels = streamOf(source, `${date}/parcels`, batch);
  const count = Math.round(meanOf(source.profile, day) * (0.85 + 0.3 * stream.unit()));
  const drawn = Array.from({ length: count }, () =>
    toEpoch(zone, day * DAY_S + drawSecond(stream.unit(), stream.unit())),
  );
  const times = [...drawn, ...(batch === 0 ? edgesOf(zone, day) : [])].sort((a, b) => a - b);
  return times.map((at, index) =>
    generateOrder({
      ...source,
      day,
      sequence: batch * BATCH_SIZE + index + 1,
      at,
      stream,
      parcels,
    }),
  );
}

function streamOf({ seed, profile }: SyntheticSource, purpose: string, batch: number) {
  return createStream(`${seed}/${profile.key}/${purpose}${batch === 0 ? '' : `.${String(batch)}`}`);
}

function meanOf({ ordersPerDay, peak }: SyntheticProfile, day: number): number {
  const weekday = new Date(day * DAY_S * 1000).getUTCDay();
  const weekend = weekday === 0 || weekday === 6 ? WEEKEND : 1;
  return ordersPerDay * weekend * (peak.isOn(day) ? peak.factor : 1);
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
  return Math.min(23, hour) * HOUR_S + Math.floor(secondDraw * HOUR_S);
}

/** Of a doubled hour both halves trade: odd seconds are those of the second time round. */
function toEpoch(zone: Zone, wall: number): number {
  const first = zone.toEpoch(wall);
  const second = first + HOUR_S;
  return wall % 2 === 1 && zone.toWall(second) === wall ? second : first;
}

/** Times of a day at which there is always an order, because readers of days tend to fail there. */
function edgesOf(zone: Zone, day: number): number[] {
  const dayOfMonth = isoDate(day).slice(8);
  const isFirst = dayOfMonth === '01';
  const isSecond = dayOfMonth === '02';
  const isLast = isoDate(day + 1).endsWith('-01');
  const begins = zone.toEpoch(day * DAY_S);
  const ends = zone.toEpoch((day + 1) * DAY_S);
  return [
    ...(isFirst || isSecond ? [begins] : []),
    ...(isFirst || isLast ? [ends - 1] : []),
    ...shiftEdges(zone, begins, ends),
  ];
}

/** Around a change of the clocks: both halves of a doubled hour, or both ends of a missing one. */
function shiftEdges(zone: Zone, begins: number, ends: number): number[] {
  const before = zone.offsetAt(begins);
  const by = zone.offsetAt(ends) - before;
  if (by === 0) {
    return [];
  }
  let shift = begins;
  while (zone.offsetAt(shift) === before) {
    shift += QUARTER_S;
  }
  return by < 0 ? [shift + by / 2, shift - by / 2] : [shift - 1, shift];
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
    sequence: FIRST_ADDED + (number % BATCH_SIZE),
    at,
    stream: streamOf(source, `added/${String(number)}`, 0),
    parcels: streamOf(source, `added-parcels/${String(number)}`, 0),
  });
}
