import type { Clock, Logger } from '@tokometrics/kit';

export interface Lease {
  beat(): void;
  isHealthy(): boolean;
  /** True at once when healthy, else once it is again; false when the limit passes first. */
  untilHealthy(limitMs: number): Promise<boolean>;
  start(): void;
  stop(): void;
}

export interface LeaseOptions {
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  /** Reads every fence to the end: what was written while this instance was not heard. */
  readonly catchUp: () => Promise<void>;
}

/** Silence of more than 10 s: the broker may count this instance as gone and no longer wait for it. */
const LEASE_MS = 10_000;
const CHECK_MS = 500;

/**
 * Whether this instance may still act. Once the lease has run out it does not come back with the
 * next heartbeat alone: first all fences written meanwhile are read.
 */
export function createLease({ clock, log, catchUp }: LeaseOptions): Lease {
  let lastBeat: number | undefined;
  let isBehind = true;
  /** Silences that are over. A state alone would not tell of one that began and ended unseen. */
  let gaps = 0;
  let catching: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const isFresh = (): boolean =>
    lastBeat !== undefined && clock.monotonicMs() - lastBeat <= LEASE_MS;

  const isHealthy = (): boolean => {
    if (!isFresh() && !isBehind) {
      isBehind = true;
      log.warn('no heartbeat for 10 s: writes stop until all fences are known again');
    }
    return !isBehind;
  };

  const recover = async (): Promise<void> => {
    const gapsBefore = gaps;
    try {
      await catchUp();
      // The end was fixed when the reading began: what was written during a second silence lies
      // behind it, also when that silence is over. Then all is read once more.
      if (isFresh() && gaps === gapsBefore) {
        isBehind = false;
        log.info('fences read to the end: writes go on');
      }
    } catch {
      log.warn('fences cannot be read yet');
    } finally {
      catching = undefined;
    }
  };

  const check = (): void => {
    if (!isHealthy() && isFresh()) {
      catching ??= recover();
    }
  };

  return {
    beat: () => {
      // A beat after a silence must not hide it from the check that comes later.
      isHealthy();
      if (lastBeat !== undefined && !isFresh()) {
        gaps += 1;
      }
      lastBeat = clock.monotonicMs();
    },
    isHealthy,
    untilHealthy: async (limitMs) => {
      const until = clock.monotonicMs() + limitMs;
      while (!isHealthy() && timer !== undefined && clock.monotonicMs() < until) {
        await new Promise((resolve) => setTimeout(resolve, CHECK_MS / 10));
      }
      return isHealthy();
    },
    start: () => {
      // What a silence since the join has hidden is read first.
      isBehind = gaps > 0;
      timer = setInterval(check, CHECK_MS);
      timer.unref();
    },
    stop: () => {
      clearInterval(timer);
      timer = undefined;
      isBehind = true;
      // A reading that is still under way must not bring it back.
      gaps += 1;
    },
  };
}
