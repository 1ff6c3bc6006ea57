import { addMonths } from '@tokometrics/contracts';

/** The policy keeps a shop's data for two years at most. */
const RETENTION_MONTHS = 24;

/** First local day that may still be kept, and shown. `today` is a local day of the shop. */
export function retentionCut(today: string): string {
  return addMonths(today, -RETENTION_MONTHS);
}
