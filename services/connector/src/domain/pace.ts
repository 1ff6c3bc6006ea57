import type { Lane } from '@tokometrics/contracts';

/** Records that a group has still to read; undefined where nobody can say at present. */
export type GroupLag = number | undefined;

export interface LaneState {
  readonly isBehind: boolean;
  /** Looks in a row that told nothing. */
  readonly untold: number;
}

/**
 * Looks that told nothing after which a lane counts as free again: a right that is missing, or a group
 * that is no more, must not hold a history for ever.
 */
export const UNTOLD_LOOKS = 20;

/**
 * A lane is behind when its groups together have more to read than the limit, and until they have less
 * than half of it. What cannot be told makes no lane behind; what is told of the others may.
 */
export function nextLane(
  { isBehind, untold }: LaneState,
  lags: readonly GroupLag[],
  limit: number,
): LaneState {
  const told = lags.filter((lag) => lag !== undefined);
  const records = sumOf(told);
  if (records > limit) {
    return { isBehind: true, untold: 0 };
  }
  if (told.length < lags.length) {
    return { isBehind: isBehind && untold + 1 < UNTOLD_LOOKS, untold: untold + 1 };
  }
  return { isBehind: isBehind && records * 2 >= limit, untold: 0 };
}

/** What the work of every shop is held to, while the consumers behind the log are. */
export interface Pace {
  /** No further slice of a history is begun; those under way are read to their end. */
  readonly isHistoryHeld: () => boolean;
  /** How long a wait between two polls is at present. */
  readonly stretch: (intervalMs: number) => number;
}

export interface PaceSetter extends Pace {
  readonly note: (lags: Readonly<Record<Lane, readonly GroupLag[]>>) => void;
}

const LANES: readonly Lane[] = ['live', 'history'];

/**
 * A history waits for either lane, since one sink takes in both. What happens now waits for no history:
 * it goes on at half its rate, and only while its own lane is behind.
 */
export function createPace(
  limit: number,
  onChange: (lane: Lane, isBehind: boolean, records: number) => void,
): PaceSetter {
  const states: Record<Lane, LaneState> = {
    live: { isBehind: false, untold: 0 },
    history: { isBehind: false, untold: 0 },
  };
  return {
    isHistoryHeld: () => states.history.isBehind || states.live.isBehind,
    stretch: (intervalMs) => (states.live.isBehind ? 2 * intervalMs : intervalMs),
    note: (lags) => {
      for (const lane of LANES) {
        const before = states[lane];
        const after = nextLane(before, lags[lane], limit);
        states[lane] = after;
        if (after.isBehind !== before.isBehind) {
          onChange(lane, after.isBehind, sumOf(lags[lane]));
        }
      }
    },
  };
}

const sumOf = (lags: readonly GroupLag[]): number =>
  lags.reduce<number>((sum, lag) => sum + (lag ?? 0), 0);
