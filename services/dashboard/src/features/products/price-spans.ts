import type { Amount, ProductReply } from '@tokometrics/contracts';
import { divideHalfEven, toUnits } from '@tokometrics/contracts';

export interface PriceSpan {
  readonly skuId: string;
  readonly from: string;
  /** Day of the next change, on which this price held no more; undefined for the price of now. */
  readonly to: string | undefined;
  readonly price: Amount;
  /** By which part of the price before, six digits; undefined where `before` has no such part. */
  readonly change: string | undefined;
  /** What was read of the variant before: nothing, a price that compares, or one in another currency. */
  readonly before: 'nothing' | 'price' | 'other_currency';
}

/** A history (by SKU, then by day) newest first: how long each price held, and what it changed by. */
export function priceSpans(history: ProductReply['priceHistory']): PriceSpan[] {
  const of = (skuId: string, index: number) =>
    history[index]?.skuId === skuId ? history[index] : undefined;
  return history
    .map(({ skuId, from, price }, index) => ({
      ...{ skuId, from, price },
      to: of(skuId, index + 1)?.from,
      ...changeOf(of(skuId, index - 1)?.price, price),
    }))
    .toReversed()
    .toSorted((one, other) => compare(one.skuId, other.skuId));
}

const compare = (one: string, other: string): number => Number(one > other) - Number(one < other);

/** From nothing, a price has changed by no part of it. */
function changeOf(before: Amount | undefined, now: Amount): Pick<PriceSpan, 'change' | 'before'> {
  if (before?.currency !== now.currency) {
    return { change: undefined, before: before === undefined ? 'nothing' : 'other_currency' };
  }
  const was = toUnits(before.amount);
  return { change: divideHalfEven(toUnits(now.amount) - was, was, 6), before: 'price' };
}
