import type { Resource } from '@tokometrics/contracts';
import { distinctBuckets } from './dirty-buckets.ts';
import type { Bucket, DirtyBuckets } from './dirty-buckets.ts';

/** Something that was missing, and whose entity has a row by now that is as new. */
export interface MendedGap {
  readonly scope: Omit<Bucket, 'localDate'>;
  readonly resource: Resource;
  readonly entityId: string;
  /** Epoch seconds, as the gap has them. */
  readonly fromS: number;
  readonly throughS: number;
  /** The newest version of the entity's rows, decimal text. */
  readonly ver: string;
  /** Storage days of its rows, and of the orders that they speak of. */
  readonly days: readonly string[];
  readonly orderDays: readonly string[];
}

/** The buckets whose figures are to have the rows; none for kinds that no rollup is made of. */
export function dirtyOfMended(gaps: readonly MendedGap[]): DirtyBuckets {
  const bucketsOf = (resource: Resource, part: 'days' | 'orderDays'): Bucket[] =>
    distinctBuckets(
      gaps
        .filter((gap) => gap.resource === resource)
        .flatMap((gap) => gap[part].map((localDate) => ({ ...gap.scope, localDate }))),
    );
  return {
    order: bucketsOf('order', 'days'),
    settlement: bucketsOf('transaction', 'orderDays'),
    finance: bucketsOf('transaction', 'days'),
  };
}
