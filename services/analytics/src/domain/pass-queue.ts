import type { DirtyBuckets } from './dirty-buckets.ts';
import { createPassLane, NO_PATIENCE } from './pass-lane.ts';
import type { Pass, PassLane, Patience } from './pass-lane.ts';

/**
 * The piece of a history that what happens now may have to wait for. A pass over so many buckets takes
 * hardly longer than one over half of them, and half as long as one over twice as many.
 */
const HISTORY_BUCKETS_PER_PASS = 1_000;
/** What is live is hardly ever so much, but behind an outage it may be anything: as much as one statement. */
const LIVE_BUCKETS_PER_PASS = 2_000;

export interface PassClock {
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Runs `act` once so much time has gone by, unless the answer is called before. */
  readonly after: (ms: number, act: () => void) => () => void;
}

/** Resolves when the buckets are rolled: at once, unless more is expected that may share the pass. */
type RequestPass = (dirty: DirtyBuckets, patience?: Patience) => Promise<void>;

export interface PassQueue {
  /** For what happens now: rolled by itself, behind one piece of a history at most for each of its own. */
  readonly live: RequestPass;
  /** For what can wait: in pieces, between which what happens now is looked at. */
  readonly history: RequestPass;
}

/** One pass at a time; where both lanes are due they take turns, so that neither starves the other. */
export function createPassQueue(
  pass: Pass,
  clock: PassClock,
  bucketsPerPass: Partial<Readonly<Record<keyof PassQueue, number>>> = {},
): PassQueue {
  const live = createPassLane(clock.now, bucketsPerPass.live ?? LIVE_BUCKETS_PER_PASS);
  const history = createPassLane(clock.now, bucketsPerPass.history ?? HISTORY_BUCKETS_PER_PASS);
  let isRunning = false;
  let last = history;
  let giveUpWaiting = (): void => undefined;

  const dueLane = (): PassLane | undefined =>
    (last === live ? [history, live] : [live, history]).find((lane) => lane.msUntilDue() <= 0);

  const run = async (): Promise<void> => {
    isRunning = true;
    for (let lane = dueLane(); lane !== undefined; lane = dueLane()) {
      last = lane;
      await lane.roll(pass);
    }
    isRunning = false;
    look();
  };

  const look = (): void => {
    if (isRunning) {
      return;
    }
    giveUpWaiting();
    const ms = Math.min(live.msUntilDue(), history.msUntilDue());
    if (ms <= 0) {
      void run();
    } else if (ms < Number.POSITIVE_INFINITY) {
      giveUpWaiting = clock.after(ms, look);
    }
  };

  const into =
    (lane: PassLane): RequestPass =>
    (dirty, patience = NO_PATIENCE) => {
      const answer = lane.add(dirty, patience);
      look();
      return answer;
    };

  return { live: into(live), history: into(history) };
}
