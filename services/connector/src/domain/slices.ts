/** Half-open [from, to) in epoch seconds of creation. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

export const DAY_S = 86_400;
const NARROW_S = DAY_S;
const WIDE_S = 7 * DAY_S;

/** How far back a history is read: two years, as the policy says. */
export function retentionCut(nowS: number): number {
  const cut = new Date(nowS * 1000);
  cut.setUTCFullYear(cut.getUTCFullYear() - 2);
  return Math.floor(cut.getTime() / 1000);
}

/** The next older slice, or undefined once the cut is reached. */
export function nextSlice(to: number, widthS: number, cut: number): Slice | undefined {
  return to <= cut ? undefined : { from: Math.max(cut, to - widthS), to };
}

/** Thin days are read a week at a time; full ones a day at a time, so that progress stays visible. */
export function nextWidth(rowsOnFirstPage: number, pageSize: number): number {
  return rowsOnFirstPage * 2 < pageSize ? WIDE_S : NARROW_S;
}

export const FIRST_WIDTH_S = NARROW_S;
