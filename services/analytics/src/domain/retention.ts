import { firstKeptDay, localDateOf } from '@tokometrics/contracts';

const dayIn = (zone: string, now: Date): string => localDateOf(zone, now.getTime() / 1000);

/**
 * First local day that a shop is shown. Tables let go of a day by UTC: west of it, of one that is the
 * shop's own for some hours more.
 */
export function shownFrom(zone: string, now: Date): string {
  const [own, utc] = [dayIn(zone, now), dayIn('UTC', now)];
  return firstKeptDay(own > utc ? own : utc);
}

/** First day that some shop may still be shown: what happened on it is taken in until it ends there as well. */
export function takenFrom(now: Date): string {
  return firstKeptDay(dayIn('Etc/GMT+12', now));
}

/** First day that every shop is shown: of an earlier one tables may have let go already. */
export function firstWholeDay(now: Date): string {
  return firstKeptDay(dayIn('Etc/GMT-14', now));
}
