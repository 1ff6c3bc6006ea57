import { addDays, addMonths, localDateOf } from '@tokometrics/contracts';

/** The policy keeps a shop's data for two years at most. */
const RETENTION_MONTHS = 24;

/** First local day that may still be kept, and shown. `today` is a local day of the shop. */
export function retentionCut(today: string): string {
  return addMonths(today, -RETENTION_MONTHS);
}

/** First day of which no row is past its time in any zone: tables drop theirs on different days. */
export function firstWholeDay(now: Date): string {
  return addDays(retentionCut(localDateOf('Etc/GMT-14', now.getTime() / 1000)), 1);
}
