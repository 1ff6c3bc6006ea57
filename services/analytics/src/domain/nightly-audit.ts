import { addMonths } from '@tokometrics/contracts';
import { bucketKey, distinctBuckets } from './dirty-buckets.ts';
import type { Bucket, DirtyBuckets } from './dirty-buckets.ts';

/** `by_line`: the same rollup, held against the lines of orders one by one. */
type AuditedRollup =
  'shop_hourly' | 'shop_daily' | 'product_daily' | 'finance_daily' | 'shop_daily_by_line';

/** Storage days from `from` up to, without it, `to`. */
export interface Slice {
  readonly from: string;
  readonly to: string;
}

export interface AuditReads {
  readonly rollups: readonly AuditedRollup[];
  /** First days of the months in which anything is stored, on either side. */
  readonly months: () => Promise<readonly string[]>;
  /** Buckets in which the rollup is not what the base tables say. */
  readonly differingInSlice: (rollup: AuditedRollup, slice: Slice) => Promise<readonly Bucket[]>;
  readonly differingOf: (
    rollup: AuditedRollup,
    buckets: readonly Bucket[],
  ) => Promise<readonly Bucket[]>;
}

/** A piece of the audit, by which a log names it. */
export interface Part {
  readonly of: AuditedRollup | 'months' | 'chunks';
  /** First day of the slice. */
  readonly from?: string;
}

export interface AuditDeps extends AuditReads {
  /** Answers undefined for a part that failed, which it has told of: the others are done all the same. */
  readonly attempt: <T>(part: Part, work: () => Promise<T>) => Promise<T | undefined>;
  /** Aborted when the process ends: an audit of years must not hold it up. */
  readonly signal: AbortSignal;
  /** First storage day of which no table lets go yet: of older ones some have rows and others none. */
  readonly keptFrom: () => string;
  readonly isFenced: (shopKey: string, epoch: number) => boolean;
  readonly reroll: (dirty: DirtyBuckets) => Promise<void>;
  readonly raiseRevision: (
    of: readonly { readonly shopKey: string; readonly epoch: number }[],
  ) => Promise<void>;
}

/** Counts alone: what is kept of an audit names no shop. */
export interface AuditReport {
  readonly slices: number;
  /** Buckets that differed and were right after they had been rolled again. */
  readonly repaired: number;
  /** Buckets that still differ: somebody has to look. */
  readonly differing: readonly (Bucket & { readonly rollup: AuditedRollup })[];
  /** Parts of which nothing is known this night. */
  readonly failed: number;
}

/** A write may pass between two looks; what differs so often was no write. */
const LOOKS = 3;

/**
 * Every rollup against a computation anew, month by month; what differs is rolled again. Where nobody
 * knows which months there are, that is the part that failed.
 */
export async function auditRollups(deps: AuditDeps): Promise<AuditReport> {
  const months = await deps.attempt({ of: 'months' }, () => deps.months());
  const slices = slicesOf(months ?? [], deps.keptFrom());
  const differing: (Bucket & { rollup: AuditedRollup })[] = [];
  let repaired = 0;
  let failed = months === undefined ? 1 : 0;
  for (const slice of slices) {
    for (const rollup of deps.rollups) {
      deps.signal.throwIfAborted();
      const seen = await deps.attempt({ of: rollup, from: slice.from }, async () => {
        const found = open(deps, await deps.differingInSlice(rollup, slice));
        return { found, left: await repair(deps, rollup, found) };
      });
      failed += seen === undefined ? 1 : 0;
      const { found, left } = seen ?? { found: [], left: [] };
      repaired += found.length - left.length;
      differing.push(...left.map((bucket) => ({ ...bucket, rollup })));
    }
  }
  return { slices: slices.length, repaired, differing, failed };
}

/** Days as text sort as days do. */
function slicesOf(months: readonly string[], keptFrom: string): Slice[] {
  return months
    .map((month) => ({ from: month > keptFrom ? month : keptFrom, to: addMonths(month, 1) }))
    .filter(({ from, to }) => from < to);
}

/** What is being erased differs from one table to the next, and is nobody's figure any more. */
const open = ({ isFenced }: AuditDeps, buckets: readonly Bucket[]): Bucket[] =>
  buckets.filter(({ shopKey, epoch }) => !isFenced(shopKey, epoch));

async function repair(
  deps: AuditDeps,
  rollup: AuditedRollup,
  found: readonly Bucket[],
): Promise<Bucket[]> {
  let left = distinctBuckets(found);
  for (let look = 0; left.length > 0 && look < LOOKS; look += 1) {
    await deps.reroll(dirtyFor(rollup, left));
    await deps.raiseRevision(scopesOf(left));
    left = open(deps, await deps.differingOf(rollup, left));
  }
  return left;
}

function dirtyFor(rollup: AuditedRollup, buckets: readonly Bucket[]): DirtyBuckets {
  return rollup === 'finance_daily'
    ? { order: [], settlement: [], finance: buckets }
    : { order: buckets, settlement: [], finance: [] };
}

function scopesOf(buckets: readonly Bucket[]) {
  const scopes = buckets.map(({ shopKey, epoch }) => ({ shopKey, epoch, localDate: '' }));
  return [...new Map(scopes.map((scope) => [bucketKey(scope), scope])).values()];
}
