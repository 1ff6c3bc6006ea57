import { bucketKey, isNothingDirty } from './dirty-buckets.ts';
import type { Bucket, DirtyBuckets } from './dirty-buckets.ts';

/**
 * A pass costs much the same for few buckets as for many. So while more is expected the next ones wait
 * so many times as long as the last ones took: they take a sixth of the time, where patience allows.
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

export type Pass = (dirty: DirtyBuckets) => Promise<void>;

interface Request {
  readonly dirty: DirtyBuckets;
  readonly answer: PromiseWithResolvers<undefined>;
  /** How many of its buckets are not rolled. */
  left: number;
  hasFailed: boolean;
}

/** A bucket that is due, and who asked for it. */
interface Due {
  readonly kind: keyof DirtyBuckets;
  readonly bucket: Bucket;
  readonly requests: Request[];
}

interface Waiting {
  readonly requests: Request[];
  /** The first moment at which one of those that wait has no more patience. */
  longestUntil: number;
  /** Until then something more is expected. */
  nextUntil: number;
}

export interface PassLane {
  /** Resolves when all of it is rolled, by passes that begin later; rejects when one of them fails. */
  add(dirty: DirtyBuckets, patience: Patience): Promise<void>;
  /** 0 or less when a pass is to begin; infinite while nothing waits. */
  msUntilDue(): number;
  /** One pass, over the next piece of what is due. Never rejects: those who asked are told. */
  roll(pass: Pass): Promise<void>;
}

/**
 * What becomes dirty waits together: under load many chunks thus share their passes, and a bucket is
 * rolled once instead of once per chunk. When it is due it is rolled to its end, in pieces; what comes
 * meanwhile waits for the next time.
 */
export function createPassLane(now: () => number, bucketsPerPass: number): PassLane {
  let waiting = createWaiting();
  let due: readonly Due[] = [];
  let workedMs = 0;
  let restUntil = now();

  const add = (dirty: DirtyBuckets, { longestMs, nextMs }: Patience): Promise<void> => {
    const answer = Promise.withResolvers<undefined>();
    if (isNothingDirty(dirty)) {
      answer.resolve(undefined);
    } else {
      waiting.requests.push({ dirty, answer, left: 0, hasFailed: false });
    }
    if (waiting.requests.length > 0) {
      waiting.longestUntil = Math.min(waiting.longestUntil, now() + longestMs);
      waiting.nextUntil = now() + nextMs;
    }
    return answer.promise;
  };

  const msUntilDue = (): number => {
    if (due.length > 0) {
      return 0;
    }
    return waiting.requests.length > 0
      ? Math.min(waiting.longestUntil, waiting.nextUntil, restUntil) - now()
      : Number.POSITIVE_INFINITY;
  };

  const roll = async (pass: Pass): Promise<void> => {
    if (due.length === 0) {
      due = dueOf(waiting.requests);
      waiting = createWaiting();
      workedMs = 0;
    }
    const piece = due.slice(0, bucketsPerPass);
    const startedAt = now();
    await pass(dirtyOf(piece)).then(resolveOf(piece), rejectOf(piece));
    const endedAt = now();
    workedMs += endedAt - startedAt;
    restUntil = endedAt + REST * workedMs;
    // What is wanted by nobody but those who were just told of a failure comes again with them.
    due = due
      .slice(bucketsPerPass)
      .filter(({ requests }) => requests.some(({ hasFailed }) => !hasFailed));
  };

  return { add, msUntilDue, roll };
}

const createWaiting = (): Waiting => ({
  requests: [],
  longestUntil: Number.POSITIVE_INFINITY,
  nextUntil: Number.POSITIVE_INFINITY,
});

const resolveOf = (piece: readonly Due[]) => (): void => {
  for (const request of piece.flatMap(({ requests }) => requests)) {
    request.left -= 1;
    if (request.left === 0) {
      request.answer.resolve(undefined);
    }
  }
};

const rejectOf =
  (piece: readonly Due[]) =>
  (error: unknown): void => {
    for (const request of piece.flatMap(({ requests }) => requests)) {
      request.hasFailed = true;
      request.answer.reject(error);
    }
  };

/** Each bucket once, kind by kind: a pass has statements for each kind that it meets. */
function dueOf(requests: readonly Request[]): Due[] {
  const buckets = new Map<string, Due>();
  for (const kind of ['order', 'settlement', 'finance'] as const) {
    for (const request of requests) {
      for (const bucket of request.dirty[kind]) {
        // A settlement finds its day among those of orders, where it is one of them.
        const key = `${kind === 'finance' ? 'finance ' : ''}${bucketKey(bucket)}`;
        const due = buckets.get(key) ?? { kind, bucket, requests: [] };
        due.requests.push(request);
        request.left += 1;
        buckets.set(key, due);
      }
    }
  }
  return [...buckets.values()];
}

function dirtyOf(piece: readonly Due[]): DirtyBuckets {
  const of = (wanted: keyof DirtyBuckets): Bucket[] =>
    piece.flatMap(({ kind, bucket }) => (kind === wanted ? [bucket] : []));
  return { order: of('order'), settlement: of('settlement'), finance: of('finance') };
}
