/** Ids are UUIDs and spread evenly: equal parts of their first 32 bits hold about equally many. */
export interface IdRange {
  readonly from: string;
  /** Not in the range itself. */
  readonly below: string;
}

const SPAN = 2 ** 32;
/** Greater than every UUID. */
const END = 'g';

const hex = (at: number): string => at.toString(16).padStart(8, '0');

/** Part `index` of `parts`; all of them together hold every UUID once. */
export function idRange(index: number, parts: number): IdRange {
  const border = (at: number): number => Math.floor((at * SPAN) / parts);
  return {
    from: hex(border(index)),
    below: index + 1 >= parts ? END : hex(border(index + 1)),
  };
}
