import { fnv1a32 } from './hash.ts';

/** From this time on the synthetic shops get so many times their usual orders; what was before stays. */
export interface OrderRate {
  readonly at: number;
  readonly factor: number;
}

/** Ids have room for this many times a shop's usual day. */
export const MOST_ORDERS_FACTOR = 9;

/** `rates` ascend by time. */
function factorAt(rates: readonly OrderRate[], at: number): number {
  return rates.findLast((rate) => rate.at <= at)?.factor ?? 1;
}

/** How many times a day's orders must be drawn for the highest rate in force on it. */
export function batchesBetween(rates: readonly OrderRate[], from: number, to: number): number {
  const changed = rates.filter(({ at }) => at > from && at < to).map(({ factor }) => factor);
  return Math.ceil(Math.max(factorAt(rates, from), ...changed, 1));
}

/** A whole batch belongs to each whole part of the factor, and of the next one its fraction. */
export function isPlaced(
  rates: readonly OrderRate[],
  order: { readonly at: number; readonly orderId: string },
  batch: number,
): boolean {
  const left = factorAt(rates, order.at) - batch;
  return left >= 1 || (left > 0 && fnv1a32(`${order.orderId}/rate`) / 4_294_967_296 < left);
}
