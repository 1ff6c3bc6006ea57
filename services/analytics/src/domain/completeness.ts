import type { Marker, Resource } from '@tokometrics/contracts';

/** Half-open [from, through), epoch seconds. */
export interface Range {
  readonly from: number;
  readonly through: number;
}

/** What is known to be complete of one resource of one connection. Both lists are sorted and apart. */
export interface Completeness {
  /** Changes at the source, read by live sync. */
  readonly update: readonly Range[];
  /** Creation times, read by the backfill. */
  readonly create: readonly Range[];
}

/** Records of one resource that were read at the source and are in no figure; epoch seconds. */
export interface OpenGap {
  readonly resource: Resource;
  readonly records: number;
  /** 0: nobody can say since when. */
  readonly fromS: number;
  readonly throughS: number;
}

/** A connection whose figures have changed. */
export interface Raised {
  readonly shopKey: string;
  readonly epoch: number;
  /** The change is that something is missing. Once said it stays: what is missing still is told by rows. */
  readonly isGapped?: boolean;
}

/** What is known of one connection. */
export interface Known {
  readonly complete: ReadonlyMap<Resource, Completeness>;
  readonly gaps: readonly OpenGap[];
  /** Grows with every change of the connection's figures, once the change can be read. */
  readonly revision: number;
}

export const NOTHING_COMPLETE: Completeness = { update: [], create: [] };

/** Union of half-open ranges; touching ones become one. Order and repetition change nothing. */
export function addRange(ranges: readonly Range[], added: Range): Range[] {
  if (added.through < added.from) {
    return [...ranges];
  }
  const merged: Range[] = [];
  let pending = added;
  for (const range of ranges) {
    if (range.through < pending.from) {
      merged.push(range);
    } else if (pending.through < range.from) {
      merged.push(pending);
      pending = range;
    } else {
      pending = {
        from: Math.min(range.from, pending.from),
        through: Math.max(range.through, pending.through),
      };
    }
  }
  return [...merged, pending];
}

export function addMarker(known: Completeness, { axis, from, through }: Marker): Completeness {
  return { ...known, [axis]: addRange(known[axis], { from, through }) };
}

export interface Watermark {
  readonly resource: Resource;
  /** Everything up to here has been read; null before the first sync. */
  readonly completeThrough: number | null;
  /** The history is complete from here on; null while nothing of it is. */
  readonly historyFrom: number | null;
  readonly historyDone: boolean;
}

/**
 * Live sync: the end of the first unbroken range; a hole holds the watermark back until it is filled.
 * History: grows backwards from where live sync began; a closed one reaches back to 0.
 */
export function watermarkOf(resource: Resource, { update, create }: Completeness): Watermark {
  const live = update[0];
  const begun = live === undefined || live.from === 0 ? create : addRange(create, live);
  return {
    resource,
    completeThrough: live?.through ?? null,
    historyFrom: begun.at(-1)?.from ?? null,
    historyDone: create.some(({ from }) => from === 0) && begun.at(-1)?.from === 0,
  };
}
