/** Which dead letters a run takes; what is absent does not matter. */
export interface LetterFilter {
  readonly reason: string | undefined;
  readonly shopKey: string | undefined;
}

export interface LetterPlace {
  readonly partition: number;
  readonly offset: bigint;
  readonly reason: string;
  readonly shopKey: string | undefined;
}

/** How far the runs of one filter came: per partition the offset of the next letter to take. */
export interface Progress {
  readonly filter: LetterFilter;
  readonly next: ReadonlyMap<number, bigint>;
}

// No group, reason or shop key has a colon in it.
const PREFIX = 'replay';

/** Runs of each filter have a consumer group of their own, whose offsets say how far they came. */
export function progressGroup(group: string, { reason, shopKey }: LetterFilter): string {
  return [PREFIX, group, reason ?? '', shopKey ?? ''].join(':');
}

/** The filter whose progress a consumer group keeps; undefined for any other group. */
export function filterOf(group: string, name: string): LetterFilter | undefined {
  const [prefix, of, reason, shopKey, ...more] = name.split(':');
  if (prefix !== PREFIX || of !== group || shopKey === undefined || more.length > 0) {
    return undefined;
  }
  return {
    reason: reason === '' ? undefined : reason,
    shopKey: shopKey === '' ? undefined : shopKey,
  };
}

export function takes(filter: LetterFilter, letter: LetterPlace): boolean {
  return (
    (filter.reason === undefined || filter.reason === letter.reason) &&
    (filter.shopKey === undefined || filter.shopKey === letter.shopKey)
  );
}

/** Whether a run, of this filter or of another one that takes the letter too, had it before. */
export function isPassed(known: readonly Progress[], letter: LetterPlace): boolean {
  return known.some(
    ({ filter, next }) =>
      takes(filter, letter) && (next.get(letter.partition) ?? 0n) > letter.offset,
  );
}
