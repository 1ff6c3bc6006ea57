import { bucketKey } from './dirty-buckets.ts';
import type { Bucket } from './dirty-buckets.ts';
import type { Slice } from './chunk-counts.ts';
import type { Fact, Rollup } from './read-fact.ts';

interface Touched {
  readonly rollup: Rollup;
  readonly bucket: Bucket;
  /** Nearly always one: a shop's records are of one partition. */
  readonly by: Slice[];
}

interface TouchedBuckets {
  /** What is to be rolled, per kind of rollup; each bucket once. */
  readonly dirty: Readonly<Record<Rollup, readonly Bucket[]>>;
  /** How many of them facts of this partition touch. */
  countOf(slice: Slice): number;
}

/** In one look at each fact: a chunk has ten thousand. */
export function touchedBy(
  items: readonly { readonly message: Slice; readonly fact: Pick<Fact, 'dirty'> }[],
): TouchedBuckets {
  const seen = new Map<string, Touched>();
  for (const { message, fact } of items) {
    for (const { rollup, bucket } of fact.dirty) {
      const key = `${rollup} ${bucketKey(bucket)}`;
      const known = seen.get(key);
      if (known === undefined) {
        seen.set(key, { rollup, bucket, by: [message] });
      } else if (!known.by.some(isAt(message))) {
        known.by.push(message);
      }
    }
  }
  const all = [...seen.values()];
  const of = (wanted: Rollup): Bucket[] =>
    all.flatMap(({ rollup, bucket }) => (rollup === wanted ? [bucket] : []));
  return {
    dirty: { order: of('order'), settlement: of('settlement'), finance: of('finance') },
    countOf: (slice) => all.filter(({ by }) => by.some(isAt(slice))).length,
  };
}

const isAt =
  ({ topic, partition }: Slice) =>
  (one: Slice): boolean =>
    one.partition === partition && one.topic === topic;
