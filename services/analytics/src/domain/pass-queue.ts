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
  readonly giveUpWaiting: () => void;
  isUrgent: boolean;
}

/** A pass costs much the same for few buckets as for many: so many chunks may share one. */
const MOST_SETS = 3;
const LONGEST_WAIT_MS = 1_000;

/** Runs `act` once so much time has gone by, unless the answer is called before. */
type After = (ms: number, act: () => void) => () => void;

/** Resolves when the buckets are rolled. `canWait`: more will come at once, and may share the pass. */
export type RequestPass = (dirty: DirtyBuckets, canWait?: boolean) => Promise<void>;

/**
 * One pass at a time; what becomes dirty during a pass waits and goes into the next one together.
 * Under load many chunks thus share one pass, and a bucket is rolled once instead of once per chunk.
 */
export function createPassQueue(
  pass: (dirty: DirtyBuckets) => Promise<void>,
  after: After,
): RequestPass {
  let next: Waiting | undefined;
  let isRunning = false;

  const runDue = async (): Promise<void> => {
    isRunning = true;
    for (let batch = next; batch !== undefined && isDue(batch); batch = next) {
      next = undefined;
      batch.giveUpWaiting();
      await pass(mergeDirty(batch.sets)).then(batch.resolve, batch.reject);
    }
    isRunning = false;
  };
  const look = (): void => {
    if (!isRunning) {
      void runDue();
    }
  };

  return (dirty, canWait = false) => {
    if (!isEmpty(dirty)) {
      next ??= createWaiting(after, look);
      next.sets.push(dirty);
    }
    if (next !== undefined) {
      next.isUrgent ||= !canWait;
    }
    const promise = isEmpty(dirty) ? undefined : next?.promise;
    look();
    return promise ?? Promise.resolve();
  };
}

const isDue = ({ isUrgent, sets }: Waiting): boolean => isUrgent || sets.length >= MOST_SETS;

function createWaiting(after: After, look: () => void): Waiting {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const waiting: Waiting = {
    sets: [],
    promise,
    resolve: () => {
      resolve(undefined);
    },
    reject,
    giveUpWaiting: after(LONGEST_WAIT_MS, () => {
      waiting.isUrgent = true;
      look();
    }),
    isUrgent: false,
  };
  return waiting;
}
