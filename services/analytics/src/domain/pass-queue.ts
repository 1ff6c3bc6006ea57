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
}

function createWaiting(): Waiting {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((onDone, onFailed) => {
    resolve = onDone;
    reject = onFailed;
  });
  return { sets: [], promise, resolve, reject };
}

/**
 * One pass at a time; what becomes dirty during a pass waits and goes into the next one together.
 * Under load many chunks thus share one pass, and a bucket is rolled once instead of once per chunk.
 */
export function createPassQueue(
  pass: (dirty: DirtyBuckets) => Promise<void>,
): (dirty: DirtyBuckets) => Promise<void> {
  let next: Waiting | undefined;
  let isRunning = false;

  const run = async (): Promise<void> => {
    isRunning = true;
    for (let batch = next; batch !== undefined; batch = next) {
      next = undefined;
      await pass(mergeDirty(batch.sets)).then(batch.resolve, batch.reject);
    }
    isRunning = false;
  };

  return (dirty) => {
    if (isEmpty(dirty)) {
      return Promise.resolve();
    }
    next ??= createWaiting();
    next.sets.push(dirty);
    const { promise } = next;
    if (!isRunning) {
      void run();
    }
    return promise;
  };
}
