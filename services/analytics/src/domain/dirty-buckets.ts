import { epoch, localDate, shopKey } from '@tokometrics/contracts';

/** What is rolled up again as a whole: one shop's rows of one storage day. */
export interface Bucket {
  readonly shopKey: string;
  readonly epoch: number;
  readonly localDate: string;
}

export interface DirtyBuckets {
  readonly order: readonly Bucket[];
  /** A pass over the day's orders does more of the same. */
  readonly settlement: readonly Bucket[];
  readonly finance: readonly Bucket[];
}

/**
 * Rolls the buckets of a batch whose connections are open, as in flight for them; answers what `roll`
 * does, and nothing where none is open.
 */
export type GuardBatch = (
  batch: readonly Bucket[],
  roll: (open: readonly Bucket[]) => Promise<readonly Bucket[]>,
) => Promise<readonly Bucket[]>;

export const isNothingDirty = ({ order, settlement, finance }: DirtyBuckets): boolean =>
  order.length + settlement.length + finance.length === 0;

export const bucketKey = (bucket: Bucket): string =>
  `${bucket.shopKey}:${String(bucket.epoch)}:${bucket.localDate}`;

/** Keeps the first of equal buckets. */
export function distinctBuckets(buckets: Iterable<Bucket>): Bucket[] {
  const seen = new Map<string, Bucket>();
  for (const bucket of buckets) {
    const key = bucketKey(bucket);
    if (!seen.has(key)) {
      seen.set(key, bucket);
    }
  }
  return [...seen.values()];
}

export function* batchesOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < items.length; from += size) {
    yield items.slice(from, from + size);
  }
}

/**
 * The buckets as text of a SQL literal, tab-separated (a list of tuples would be parsed as SQL and is
 * several times slower). Each part is checked by its pattern, so nothing else can get in.
 */
export function bucketsLiteral(buckets: readonly Bucket[]): string {
  return buckets
    .map((bucket) =>
      [
        shopKey.parse(bucket.shopKey),
        String(epoch.parse(bucket.epoch)),
        localDate.parse(bucket.localDate),
      ].join('\\t'),
    )
    .join('\\n');
}

/** The same for whole connections. */
export const scopesLiteral = (scopes: readonly Pick<Bucket, 'shopKey' | 'epoch'>[]): string =>
  scopes
    .map((scope) => [shopKey.parse(scope.shopKey), String(epoch.parse(scope.epoch))].join('\\t'))
    .join('\\n');
