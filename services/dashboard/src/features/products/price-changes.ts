import type { Amount, ProductReply } from '@tokometrics/contracts';
import { divideHalfEven, toUnits } from '@tokometrics/contracts';

export interface PriceChange {
  readonly skuId: string;
  readonly from: string;
  /** Day of the next change, on which this price held no more; undefined for the price of now. */
  readonly to: string | undefined;
  readonly price: Amount;
  /** By which part of the price before, six digits; undefined for a first price or another currency. */
  readonly change: string | undefined;
}

/** A history (by SKU, then by day) newest first: how long each price held, and what it changed by. */
export function priceChanges(history: ProductReply['priceHistory']): PriceChange[] {
  const of = (skuId: string, index: number) =>
    history[index]?.skuId === skuId ? history[index] : undefined;
  return history
    .map(({ skuId, from, price }, index) => ({
      ...{ skuId, from, price },
      to: of(skuId, index + 1)?.from,
      change: changeOf(of(skuId, index - 1)?.price, price),
    }))
    .toReversed()
    .toSorted((one, other) => compare(one.skuId, other.skuId));
}

const compare = (one: string, other: string): number => Number(one > other) - Number(one < other);

/** From nothing, a price has changed by no part of it. */
function changeOf(before: Amount | undefined, now: Amount): string | undefined {
  if (before?.currency !== now.currency) {
    return undefined;
  }
  const was = toUnits(before.amount);
  return divideHalfEven(toUnits(now.amount) - was, was, 6);
}
