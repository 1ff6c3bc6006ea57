import { addDays, BASES, daysBetween, METRICS } from '@tokometrics/contracts';

/** The same numbers from 0 to 1 at every run; another seed gives others. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function pickFrom<T>(random: () => number, list: readonly T[]): T | undefined {
  return list[Math.floor(random() * list.length)];
}

export interface Question {
  readonly query: string;
  readonly metric: string;
}

/** A range within the span, of a length, grain, metric and basis drawn by chance. */
export function drawQuestion(
  random: () => number,
  shopKey: string,
  span: { readonly from: string; readonly to: string },
): Question {
  const start = addDays(span.from, Math.floor(random() * daysBetween(span.from, span.to)));
  const length = 1 + Math.floor(random() * daysBetween(start, span.to));
  const grain = pickFrom(random, length <= 2 ? ['hour', 'day'] : ['day', 'week', 'month']);
  // An average has two sides, which are read one by one.
  const additive = METRICS.filter((metric) => metric !== 'aov');
  const metric = pickFrom(random, additive) ?? 'gross_sales';
  const basis = String(pickFrom(random, BASES));
  const query = `shop=${shopKey}&from=${start}&to=${addDays(start, length)}&grain=${String(grain)}&metric=${metric}&basis=${basis}&compare=none`;
  return { query, metric };
}
