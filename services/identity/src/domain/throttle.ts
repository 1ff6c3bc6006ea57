/** Tries of one key (an address as keyed hash, a trusted device). */
export interface Counter {
  readonly granted: number;
  readonly blockedUntil: Date;
  readonly lastTakenAt: Date;
}

export type TryVerdict =
  | { readonly taken: true; readonly next: Counter }
  | { readonly taken: false; readonly retryAfterSeconds: number };

const FREE_TRIES = 5;
const LONGEST_S = 900;
const LAPSE_MS = 12 * 3_600_000;

export const FRESH_COUNTER: Counter = {
  granted: 0,
  blockedUntil: new Date(0),
  lastTakenAt: new Date(0),
};

/** 1 s after the fifth try, doubling to 15 minutes. Never for good: that would lock the owner out. */
export function delaySeconds(granted: number): number {
  return granted < FREE_TRIES ? 0 : Math.min(LONGEST_S, 2 ** (granted - FREE_TRIES));
}

/** Only taken tries lengthen the wait, so a flood of refused ones can't push the owner to the end. */
export function takeTry(counter: Counter, now: Date): TryVerdict {
  const lapsed = now.getTime() - counter.lastTakenAt.getTime() > LAPSE_MS;
  const current = lapsed ? FRESH_COUNTER : counter;
  const waitMs = current.blockedUntil.getTime() - now.getTime();
  if (current.granted >= FREE_TRIES && waitMs > 0) {
    return { taken: false, retryAfterSeconds: Math.ceil(waitMs / 1000) };
  }
  const granted = current.granted + 1;
  return {
    taken: true,
    next: {
      granted,
      blockedUntil: new Date(now.getTime() + delaySeconds(granted) * 1000),
      lastTakenAt: now,
    },
  };
}
