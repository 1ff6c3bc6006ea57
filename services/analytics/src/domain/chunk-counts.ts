/** What became of a record. Every record has exactly one fate: that is what makes the counts add up. */
export const FATES = [
  'stored',
  'superseded',
  'duplicate',
  'marker',
  'fenced',
  'expired',
  'dlq',
] as const;
export type Fate = (typeof FATES)[number];

/** What a chunk holds of one partition. */
export interface Slice {
  readonly topic: string;
  readonly partition: number;
}

export interface ChunkCounts extends Slice {
  readonly minOffset: bigint;
  readonly maxOffset: bigint;
  readonly consumed: number;
  readonly byFate: Readonly<Record<Fate, number>>;
}

interface Positioned extends Slice {
  readonly offset: string;
}

const none = (): Record<Fate, number> => ({
  stored: 0,
  superseded: 0,
  duplicate: 0,
  marker: 0,
  fenced: 0,
  expired: 0,
  dlq: 0,
});

/** Per topic and partition. A record without a fate would break conservation, so it throws. */
export function countsOf<M extends Positioned>(
  messages: readonly M[],
  fates: ReadonlyMap<M, Fate>,
): ChunkCounts[] {
  const slices = new Map<string, ChunkCounts & { byFate: Record<Fate, number> }>();
  for (const message of messages) {
    const { topic, partition } = message;
    const offset = BigInt(message.offset);
    const key = `${topic}:${String(partition)}`;
    const known = slices.get(key);
    const fate = fates.get(message);
    if (fate === undefined) {
      throw new Error('a record of a chunk has no fate');
    }
    const byFate = known?.byFate ?? none();
    byFate[fate] += 1;
    slices.set(key, {
      topic,
      partition,
      minOffset: known === undefined || offset < known.minOffset ? offset : known.minOffset,
      maxOffset: known === undefined || offset > known.maxOffset ? offset : known.maxOffset,
      consumed: (known?.consumed ?? 0) + 1,
      byFate,
    });
  }
  return [...slices.values()];
}

/** Of records whose only fate is a dead letter. */
export const countsOfParked = (messages: readonly Positioned[]): ChunkCounts[] =>
  countsOf(messages, new Map(messages.map((message) => [message, 'dlq'])));

/** The same after the connections of some markers, each named by its place, were closed. */
export function withFenced(
  counts: readonly ChunkCounts[],
  markers: readonly Slice[],
): readonly ChunkCounts[] {
  return counts.map((slice) => {
    const { topic, partition, byFate } = slice;
    const late = markers.filter((one) => one.topic === topic && one.partition === partition).length;
    const moved = { marker: byFate.marker - late, fenced: byFate.fenced + late };
    return { ...slice, byFate: { ...byFate, ...moved } };
  });
}
