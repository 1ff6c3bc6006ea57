import { fnv1a32, mulberry32 } from '../hash.ts';

export interface RandomStream {
  /** From 0 up to but not including 1. */
  unit(): number;
  /** Whole, both ends included. */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]]): T;
}

/** One stream for each shop, local day and purpose, so that days do not depend on each other. */
export function createStream(name: string): RandomStream {
  const next = mulberry32(fnv1a32(name));
  const unit = (): number => next() / 4_294_967_296;
  return {
    unit,
    between: (low, high) => low + Math.floor(unit() * (high - low + 1)),
    chance: (probability) => unit() < probability,
    pick: (items) => items[Math.floor(unit() * items.length)] ?? items[0],
  };
}
