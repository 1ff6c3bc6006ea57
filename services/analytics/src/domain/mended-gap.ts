import type { Resource } from '@tokometrics/contracts';
import { distinctBuckets } from './dirty-buckets.ts';
import type { Bucket, DirtyBuckets } from './dirty-buckets.ts';

/** An entity of one connection; its kind is known beside it. */
export interface Entity {
  readonly scope: Omit<Bucket, 'localDate'>;
  readonly entityId: string;
}

/** What is missing: a gap that is open. */
export interface Missing extends Entity {
  /** Epoch seconds; `fromS` is 0 where nobody can say since when. */
  readonly fromS: number;
  readonly throughS: number;
  /** A row of the entity closes it from this version on. */
  readonly ver: bigint;
}

/** The newest row that an entity has. */
export interface Arrived extends Entity {
  readonly ver: bigint;
  /** Storage days of its rows, and of the orders that they speak of. */
  readonly days: readonly string[];
  readonly orderDays: readonly string[];
}

/** Something that was missing, and whose entity has a row by now that is as new. */
export interface MendedGap extends Missing {
  readonly resource: Resource;
  /** The version of that row. */
  readonly rowVer: bigint;
}

export const entityKey = ({ scope, entityId }: Entity): string =>
  `${scope.shopKey}:${String(scope.epoch)}:${entityId}`;

/** Of what is missing that whose entity is among `rows`, as new as it is missing or newer. */
export function mendedBy(
  resource: Resource,
  missing: readonly Missing[],
  rows: readonly (Entity & { readonly ver: bigint })[],
): MendedGap[] {
  const newest = new Map<string, bigint>();
  for (const row of rows) {
    const key = entityKey(row);
    const known = newest.get(key);
    if (known === undefined || row.ver > known) {
      newest.set(key, row.ver);
    }
  }
  return missing.flatMap((gap) => {
    const rowVer = newest.get(entityKey(gap));
    return rowVer !== undefined && rowVer >= gap.ver ? [{ ...gap, resource, rowVer }] : [];
  });
}

/** The buckets whose figures are to have these rows; none for kinds that no rollup is made of. */
export function dirtyOfArrived(resource: Resource, rows: readonly Arrived[]): DirtyBuckets {
  const bucketsOf = (kind: Resource, part: 'days' | 'orderDays'): Bucket[] =>
    kind === resource
      ? distinctBuckets(
          rows.flatMap((row) => row[part].map((localDate) => ({ ...row.scope, localDate }))),
        )
      : [];
  return {
    order: bucketsOf('order', 'days'),
    settlement: bucketsOf('transaction', 'orderDays'),
    finance: bucketsOf('transaction', 'days'),
  };
}

const DAY_S = 86_400;
/** Source versions begin with the second of the change, above its sequence and the content revision. */
const BITS_BELOW_SECONDS = 32n;

/**
 * First and last local day on which rows of these entities can be stored, in whichever zone; undefined
 * where one of them does not say since when. The last is no later than the change that could not be read:
 * of a body that was legible in part the gap may name fewer days than the row has.
 */
export function storageDaysOf(
  missing: readonly Missing[],
): { readonly first: string; readonly last: string } | undefined {
  const firstS = Math.min(...missing.map(({ fromS }) => fromS));
  const lastS = Math.max(
    ...missing.map(({ throughS, ver }) => Math.max(throughS, Number(ver >> BITS_BELOW_SECONDS))),
  );
  return firstS > 0 && Number.isFinite(lastS)
    ? { first: dayOf(firstS - DAY_S), last: dayOf(lastS + DAY_S) }
    : undefined;
}

const dayOf = (second: number): string => new Date(second * 1000).toISOString().slice(0, 10);
