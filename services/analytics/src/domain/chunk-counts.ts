import { HEADERS } from '@tokometrics/contracts';
import { addNumber, addText, emptyHash, hashOf } from './content-hash.ts';
import type { HashState } from './content-hash.ts';
import type { MessageLike } from './read-fact.ts';

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
  /** Buckets of each kind of rollup that its facts touch. */
  readonly dirty: number;
  /** Of its records in their order; whoever reads the same records of the same log has the same. */
  readonly contentHash: bigint;
  /** Of the consumer group, in which the records were read; 0: not known. */
  readonly generation: number;
}

interface Positioned extends Slice, MessageLike {
  readonly offset: string;
}

interface Tally extends Slice {
  minOffset: bigint;
  maxOffset: bigint;
  consumed: number;
  readonly byFate: Record<Fate, number>;
  readonly hash: HashState;
}

const newTally = ({ topic, partition }: Slice, offset: bigint): Tally => ({
  ...{ topic, partition, minOffset: offset, maxOffset: offset, consumed: 0 },
  byFate: {
    ...{ stored: 0, superseded: 0, duplicate: 0, marker: 0, fenced: 0, expired: 0, dlq: 0 },
  },
  hash: emptyHash(),
});

/** Its id is made of its content, so bytes need no look; what has none is told by its length alone. */
function addRecord(hash: HashState, { offset, headers, value }: Positioned): void {
  addText(hash, offset);
  addText(hash, headers[HEADERS.id] ?? '');
  addNumber(hash, value?.length ?? -1);
}

/** Per topic and partition. A record without a fate would break conservation, so it throws. */
export function countsOf<M extends Positioned>(
  messages: readonly M[],
  fates: ReadonlyMap<M, Fate>,
  touched: { countOf(slice: Slice): number } = { countOf: () => 0 },
): ChunkCounts[] {
  const tallies = new Map<string, Tally>();
  const tallyOf = (message: M): Tally => {
    const key = `${message.topic}:${String(message.partition)}`;
    const known = tallies.get(key);
    if (known !== undefined) {
      return known;
    }
    const made = newTally(message, BigInt(message.offset));
    tallies.set(key, made);
    return made;
  };
  for (const message of messages) {
    const fate = fates.get(message);
    if (fate === undefined) {
      throw new Error('a record of a chunk has no fate');
    }
    const tally = tallyOf(message);
    const offset = BigInt(message.offset);
    tally.minOffset = offset < tally.minOffset ? offset : tally.minOffset;
    tally.maxOffset = offset > tally.maxOffset ? offset : tally.maxOffset;
    tally.consumed += 1;
    tally.byFate[fate] += 1;
    addRecord(tally.hash, message);
  }
  return [...tallies.values()].map(({ hash, ...tally }) => ({
    ...tally,
    ...{ dirty: touched.countOf(tally), contentHash: hashOf(hash), generation: 0 },
  }));
}

/** The same with the generation in which each was read. */
export const ofGenerations = (
  counts: readonly ChunkCounts[],
  generationOf: (topic: string, partition: number) => number | undefined,
): ChunkCounts[] =>
  counts.map((slice) => ({
    ...slice,
    generation: generationOf(slice.topic, slice.partition) ?? 0,
  }));

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
