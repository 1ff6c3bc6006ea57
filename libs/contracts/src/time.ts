import { z } from 'zod';

/** A calendar day in the shop's zone, `YYYY-MM-DD`. */
export const localDate = z.iso.date();
export const instant = z.iso.datetime();
/** As late as a column of seconds reaches, in 2106: beyond it the store would keep another time. */
export const secondsOfEpoch = z.int().min(0).max(4_294_967_295);
export const timeZone = z.string().regex(/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+){0,2}$/);

export const granularity = z.enum(['hour', 'day', 'week', 'month']);
export type Granularity = z.infer<typeof granularity>;

const DAY_S = 86_400;
const QUARTER_S = 900;

// Offsets change on quarter hours at the finest, so one look-up serves a whole quarter of an hour.
const formats = new Map<string, Intl.DateTimeFormat>();
const offsets = new Map<string, Map<number, number>>();
/** Every page asks for the same days of a few zones. */
const dayStarts = new Map<string, number>();
const MAX_DAY_STARTS = 50_000;

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) {
    return known;
  }
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(zone, made);
  return made;
}

/** Seconds that the zone's clock is ahead of UTC at an instant (epoch seconds). */
export function zoneOffset(zone: string, epochS: number): number {
  const slot = Math.floor(epochS / QUARTER_S);
  let ofZone = offsets.get(zone);
  if (ofZone === undefined) {
    ofZone = new Map();
    offsets.set(zone, ofZone);
  }
  const known = ofZone.get(slot);
  if (known !== undefined) {
    return known;
  }
  const at = slot * QUARTER_S;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(new Date(at * 1000))) {
    part[type] = Number(value);
  }
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  const offset = Date.UTC(year, month - 1, day, hour, minute, second) / 1000 - at;
  if (ofZone.size > 100_000) {
    ofZone.clear();
  }
  ofZone.set(slot, offset);
  return offset;
}

export function isTimeZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
    // eslint-disable-next-line no-restricted-syntax -- Intl tells of an unknown zone only by throwing
  } catch {
    return false;
  }
}

/** The calendar day on the shop's wall at an instant (epoch seconds). */
export function localDateOf(zone: string, epochS: number): string {
  return new Date((epochS + zoneOffset(zone, epochS)) * 1000).toISOString().slice(0, 10);
}

/** The UTC instant (epoch seconds) at which the shop's current local hour began. */
export function localHourStart(zone: string, epochS: number): number {
  const local = epochS + zoneOffset(zone, epochS);
  return epochS - (((local % 3600) + 3600) % 3600);
}

/** Epoch seconds of 00:00 of a local day; in a midnight gap, the first instant of that day. */
export function startOfDay(zone: string, date: string): number {
  const key = `${zone} ${date}`;
  const known = dayStarts.get(key);
  if (known !== undefined) {
    return known;
  }
  if (dayStarts.size >= MAX_DAY_STARTS) {
    dayStarts.clear();
  }
  const found = findStartOfDay(zone, date);
  dayStarts.set(key, found);
  return found;
}

function findStartOfDay(zone: string, date: string): number {
  const naive = Date.parse(`${date}T00:00:00Z`) / 1000;
  const guess = naive - zoneOffset(zone, naive);
  // Walk over the possible change of offset: the day starts at the first instant that bears its date.
  for (const candidate of [guess - 7200, guess - 3600, guess, guess + 3600, guess + 7200]) {
    const at = candidate - ((candidate + zoneOffset(zone, candidate) - naive) % DAY_S);
    if (localDateOf(zone, at) === date && localDateOf(zone, at - 1) < date) {
      return at;
    }
  }
  return firstInstantOf(zone, date, guess);
}

function firstInstantOf(zone: string, date: string, guess: number): number {
  let low = guess - 2 * DAY_S;
  let high = guess + 2 * DAY_S;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (localDateOf(zone, middle) < date) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return high;
}

export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_S * 1000).toISOString().slice(0, 10);
}

/** Whole days from one calendar day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** The same day number `months` later, clamped to the month's last day. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const target = new Date(Date.UTC(year, month - 1 + months, 1));
  const last = new Date(
    Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0),
  ).getUTCDate();
  target.setUTCDate(Math.min(day, last));
  return target.toISOString().slice(0, 10);
}

const KEPT_MONTHS = 24;

/**
 * First day of which anything is kept on a day: two years are over when the day of the same date begins,
 * and stores let go of it from then on. Of 29 February they are over with those of the 28th.
 */
export function firstKeptDay(today: string): string {
  let day = addMonths(today, -KEPT_MONTHS);
  while (addMonths(day, KEPT_MONTHS) <= today) {
    day = addDays(day, 1);
  }
  return day;
}

export function isoInstant(epochS: number): string {
  return new Date(epochS * 1000).toISOString();
}

export interface Bucket {
  /** Local day on which the bucket starts. */
  readonly date: string;
  /** Half-open [from, to), epoch seconds. */
  readonly from: number;
  readonly to: number;
}

function nextDate(date: string, grain: Granularity, weekStart: number): string {
  if (grain === 'month') {
    return addMonths(`${date.slice(0, 7)}-01`, 1);
  }
  if (grain === 'week') {
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    return addDays(date, (weekStart - weekday + 7) % 7 || 7);
  }
  return addDays(date, 1);
}

/** Every bucket of the local range [from, to). The first and last may be cut by the range. */
export function bucketsOf(
  zone: string,
  from: string,
  to: string,
  grain: Granularity,
  weekStart = 1,
): Bucket[] {
  const buckets: Bucket[] = [];
  if (grain === 'hour') {
    const end = startOfDay(zone, to);
    for (let at = startOfDay(zone, from); at < end; at += 3600) {
      buckets.push({ date: localDateOf(zone, at), from: at, to: Math.min(at + 3600, end) });
    }
    return buckets;
  }
  for (let date = from; date < to;) {
    const next = nextDate(date, grain, weekStart);
    const end = next < to ? next : to;
    buckets.push({ date, from: startOfDay(zone, date), to: startOfDay(zone, end) });
    date = end;
  }
  return buckets;
}

/** ≤ 2 days hour, ≤ 92 days day, ≤ 400 days week, else month: every length has exactly one grain. */
export function defaultGranularity(from: string, to: string): Granularity {
  const days = daysBetween(from, to);
  if (days <= 2) {
    return 'hour';
  }
  if (days <= 92) {
    return 'day';
  }
  return days <= 400 ? 'week' : 'month';
}
