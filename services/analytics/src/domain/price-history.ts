import { toUnits } from '@tokometrics/contracts';

/** What one SKU cost on one local day, decimal text. */
export interface PriceReading {
  readonly skuId: string;
  readonly day: string;
  readonly price: string;
  readonly currency: string;
}

/**
 * One row for each change of price or currency of a SKU, from its first reading on; to go back to an
 * earlier price is a change. Takes readings by SKU, then by day, and keeps that order.
 */
export function priceChanges(readings: readonly PriceReading[]): PriceReading[] {
  return readings.filter((reading, index) => !isSamePrice(readings[index - 1], reading));
}

function isSamePrice(before: PriceReading | undefined, now: PriceReading): boolean {
  return (
    before?.skuId === now.skuId &&
    before.currency === now.currency &&
    toUnits(before.price) === toUnits(now.price)
  );
}
