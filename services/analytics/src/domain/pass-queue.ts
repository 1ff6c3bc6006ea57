import { bucketKey, distinctBuckets } from './dirty-buckets.ts';
import type { Bucket } from './dirty-buckets.ts';

export interface DirtyBuckets {
  readonly order: readonly Bucket[];
  /** Without those in `order`, whose pass does more of the same. */
  readonly settlement: readonly Bucket[];
  readonly finance: readonly Bucket[];
}

function mergeDirty(sets: readonly DirtyBuckets[]): DirtyBuckets {
  const order = distinctBuckets(sets.flatMap((set) => set.order));
  const covered = new Set(order.map(bucketKey));
  return {
    order,
    settlement: distinctBuckets(sets.flatMap((set) => set.settlement)).filter(
      (bucket) => !covered.has(bucketKey(bucket)),
    ),
    finance: distinctBuckets(sets.flatMap((set) => set.finance)),
  };
}

const isEmpty = (dirty: DirtyBuckets): boolean =>
  dirty.order.length + dirty.settlement.length + dirty.finance.length === 0;

interface Waiting {
  readonly sets: DirtyBuckets[];
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** The first moment at which one of those that wait has no more patience. */
  longestUntil: number;
  /** Until then something more is expected. */
  nextUntil: number;
  giveUpWaiting: () => void;
}

/**
 * A pass costs much the same for few buckets as for many. So while more is expected the next one waits
 * so many times as long as the last one took: passes take a sixth of the time, where patience allows.
 */
const REST = 5;

/** How long figures may wait for others to share their pass, milliseconds. */
export interface Patience {
  /** In all. */
  readonly longestMs: number;
  /** For whatever asks next; 0 where nothing more is expected. */
  readonly nextMs: number;
}
export const NO_PATIENCE: Patience = { longestMs: 0, nextMs: 0 };

export interface PassClock {
  /** Monotonic, milliseconds. */
  readonly now: () => number;
  /** Runs `act` once so much time has gone by, unless the answer is called before. */
  readonly after: (ms: number, act: () => void) => () => void;
}

/** Resolves when the buckets are rolled: at once, unless more is expected that may share the pass. */
export type RequestPass = (dirty: DirtyBuckets, patience?: Patience) => Promise<void>;

/**
 * One pass at a time; what becomes dirty meanwhile waits and goes into the next one together. Under
 * load many chunks thus share one pass, and a bucket is rolled once instead of once per chunk.
 */
export function createPassQueue(
  pass: (dirty: DirtyBuckets) => Promise<void>,
  clock: PassClock,
): RequestPass {
  let next: Waiting | undefined;
  let isRunning = false;
  let restUntil = clock.now();

  const run = async (): Promise<void> => {
    isRunning = true;
    for (let batch = next; batch !== undefined && msUntilDue(batch) <= 0; batch = next) {
      next = undefined;
      const startedAt = clock.now();
      await pass(mergeDirty(batch.sets)).then(batch.resolve, batch.reject);
      const endedAt = clock.now();
      restUntil = endedAt + REST * (endedAt - startedAt);
    }
    isRunning = false;
    look();
  };
  const msUntilDue = ({ longestUntil, nextUntil }: Waiting): number =>
    Math.min(longestUntil, nextUntil, restUntil) - clock.now();

  const look = (): void => {
    if (isRunning || next === undefined) {
      return;
    }
    next.giveUpWaiting();
    const ms = msUntilDue(next);
    if (ms <= 0) {
      void run();
    } else {
      next.giveUpWaiting = clock.after(ms, look);
    }
  };

  return (dirty, { longestMs, nextMs } = NO_PATIENCE) => {
    if (!isEmpty(dirty)) {
      next ??= createWaiting();
      next.sets.push(dirty);
    }
    if (next !== undefined) {
      next.longestUntil = Math.min(next.longestUntil, clock.now() + longestMs);
      next.nextUntil = clock.now() + nextMs;
    }
    const promise = isEmpty(dirty) ? undefined : next?.promise;
    look();
    return promise ?? Promise.resolve();
  };
}

function createWaiting(): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  return {
    sets: [],
    promise,
    resolve: () => {
      resolve(undefined);
    },
    reject,
    longestUntil: Number.POSITIVE_INFINITY,
    nextUntil: Number.POSITIVE_INFINITY,
    giveUpWaiting: () => undefined,
  };
}
