const FIRST_ROUND = 16;
/** Each round asks four times as many as the one before, up to the fourth: a broken store has its peace. */
const MAX_GROWTH = 3;

const sizeOf = (round: number): number => FIRST_ROUND * 4 ** Math.min(round, MAX_GROWTH);

/** How many were asked in the rounds before. */
function skippedBy(round: number): number {
  const growing = Math.min(round, MAX_GROWTH);
  const grown = (FIRST_ROUND * (4 ** growing - 1)) / 3;
  return grown + (round - growing) * sizeOf(MAX_GROWTH);
}

/** 1/2, 1/4, 3/4, 1/8, 5/8 …: the bits of the index, mirrored at the point. */
function fractionOf(index: number): number {
  let fraction = 0;
  let unit = 0.5;
  for (let rest = index; rest > 0; rest = Math.floor(rest / 2)) {
    fraction += (rest % 2) * unit;
    unit /= 2;
  }
  return fraction;
}

/**
 * A bounded number of rows, spread evenly: the last, the middle, the quarters and so on. Every round
 * goes on where the one before ended, so that after enough of them no row is left out.
 */
export function spread<T>(rows: readonly T[], round: number): T[] {
  const from = skippedBy(round);
  const places = Array.from({ length: sizeOf(round) }, (_, n) =>
    n + from === 0 ? rows.length - 1 : Math.floor(fractionOf(n + from) * rows.length),
  );
  return [...new Set(places)].flatMap((place) => rows.slice(place, place + 1));
}
