/** Half-open [from, to) in epoch seconds of creation. */
export interface Slice {
  readonly from: number;
  readonly to: number;
}

export const DAY_S = 86_400;
const NARROW_S = DAY_S;
const WIDE_S = 30 * DAY_S;

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

/** A slice of about so many pages is worth its marker, and completes soon enough to be seen. */
const PAGES_PER_SLICE = 8;

/** As many whole days as are expected to fill a few pages, by the days just read: one to thirty. */
export function nextWidth(rows: number, pageSize: number, widthS: number): number {
  const rowsPerDay = (rows * DAY_S) / widthS;
  const days = Math.floor((pageSize * PAGES_PER_SLICE) / Math.max(rowsPerDay, 1));
  return Math.min(Math.max(days * DAY_S, NARROW_S), WIDE_S);
}

export const FIRST_WIDTH_S = NARROW_S;
