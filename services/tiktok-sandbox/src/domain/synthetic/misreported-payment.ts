import { isoDate } from '../zone-time.ts';

const DAY_OF_MONTH = '15';
/** $12.34. */
const MISREPORTED = 1_234;

/**
 * What the record of a payment says too little. Real shops see such records now and then; a reader
 * that corrects them by itself would hide them. One a month: the payment of the statement of the 15th.
 */
export function misreportedOn(day: number): number {
  return isoDate(day).endsWith(`-${DAY_OF_MONTH}`) ? MISREPORTED : 0;
}
