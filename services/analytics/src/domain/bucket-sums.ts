import type { Bucket } from '@tokometrics/contracts';
import { addSums, NO_SUMS } from './sums.ts';
import type { Sums } from './sums.ts';

export interface DayFigure {
  /** Storage day of the orders that it is made of. */
  readonly storedOn: string;
  readonly at: string;
  readonly sums: Sums;
}

export interface HourFigure {
  readonly storedOn: string;
  readonly at: number;
  readonly sums: Sums;
}

/** Days into buckets. Buckets are in order and touch; a day belongs to the last that starts by it. */
export function sumDays(
  buckets: readonly Bucket[],
  to: string,
  figures: readonly DayFigure[],
): Sums[] {
  return place<string, DayFigure>(
    buckets,
    figures,
    (bucket, { at }) => bucket.date <= at,
    (at) => at < to,
  );
}

export function sumHours(buckets: readonly Bucket[], figures: readonly HourFigure[]): Sums[] {
  const end = buckets.at(-1)?.to ?? 0;
  return place<number, HourFigure>(
    buckets,
    figures,
    (bucket, { at }) => bucket.from <= at,
    (at) => at < end,
  );
}

function place<A, F extends { readonly at: A; readonly sums: Sums }>(
  buckets: readonly Bucket[],
  figures: readonly F[],
  hasBegun: (bucket: Bucket, figure: F) => boolean,
  isBeforeEnd: (at: A) => boolean,
): Sums[] {
  const sums = buckets.map(() => NO_SUMS);
  for (const figure of figures) {
    const index = lastIndex(buckets, (bucket) => hasBegun(bucket, figure));
    const known = sums[index];
    if (known !== undefined && isBeforeEnd(figure.at)) {
      sums[index] = addSums(known, figure.sums);
    }
  }
  return sums;
}

/** Index of the last element that fits; the fitting ones come first. -1: none. */
function lastIndex<T>(items: readonly T[], fits: (item: T) => boolean): number {
  let low = -1;
  let high = items.length;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const item = items[middle];
    if (item !== undefined && fits(item)) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low;
}

/** First and last storage day of some figures: all that the rows behind them can stand on. */
export interface Stored {
  readonly storedFrom: string;
  readonly storedTo: string;
}

export function storedOf(figures: readonly { readonly storedOn: string }[]): Stored | undefined {
  return figures.reduce<Stored | undefined>(
    (known, { storedOn }) => ({
      storedFrom: known === undefined || storedOn < known.storedFrom ? storedOn : known.storedFrom,
      storedTo: known === undefined || storedOn > known.storedTo ? storedOn : known.storedTo,
    }),
    undefined,
  );
}

export const totalOf = (sums: readonly Sums[]): Sums => sums.reduce(addSums, NO_SUMS);
