import { describe, expect, it } from '@jest/globals';
import { HEADERS } from '@tokometrics/contracts';
import { countsOf, ofGenerations } from './chunk-counts.ts';
import type { Fate } from './chunk-counts.ts';

const record = (offset: number, id: string, partition = 0, value = 'body') => ({
  ...{ topic: 'facts', partition, offset: String(offset), value: Buffer.from(value) },
  headers: { [HEADERS.id]: id },
});
type Message = ReturnType<typeof record>;
const fated = (messages: readonly Message[], fate: Fate = 'stored') =>
  new Map(messages.map((message) => [message, fate]));
const hashesOf = (messages: readonly Message[], fate?: Fate) =>
  countsOf(messages, fated(messages, fate)).map(({ contentHash }) => contentHash);

describe('the content of a chunk', () => {
  const records = [record(1, 'a'), record(2, 'b'), record(3, 'c')];

  it('has one hash, whatever becomes of it and whatever other partitions are read beside it', () => {
    const others = [record(8, 'x', 1), record(9, 'y', 1)];
    const [first, second, third] = records;
    const [other, last] = others;
    const mixed = [other, first, second, last, third].flatMap((one) => one ?? []);

    expect(hashesOf(records, 'dlq')).toEqual(hashesOf(records));
    expect(hashesOf(mixed)).toEqual([...hashesOf(others), ...hashesOf(records)]);
  });

  it.each([
    ['another record at an offset', [record(1, 'a'), record(2, 'B'), record(3, 'c')]],
    ['records at other offsets', [record(1, 'a'), record(2, 'b'), record(4, 'c')]],
    ['a record less', [record(1, 'a'), record(3, 'c')]],
    ['another order', [record(1, 'a'), record(3, 'c'), record(2, 'b')]],
    ['a body of another length', [record(1, 'a'), record(2, 'b'), record(3, 'c', 0, 'bodies')]],
  ])('has another hash for %s', (_what, others) => {
    expect(hashesOf(others)).not.toEqual(hashesOf(records));
  });
});

describe('the buckets that a chunk touches', () => {
  it('are told for each partition', () => {
    const records = [record(1, 'a'), record(2, 'b', 1)];

    const counts = countsOf(records, fated(records), {
      countOf: ({ topic, partition }) => (topic === 'facts' ? partition + 3 : 0),
    });

    expect(counts.map(({ dirty }) => dirty)).toEqual([3, 4]);
  });
});

describe('the generation of a chunk', () => {
  it('is that of each partition, and 0 where it is not known', () => {
    const records = [record(1, 'a'), record(2, 'b', 1)];

    const counts = ofGenerations(countsOf(records, fated(records)), (topic, partition) =>
      topic === 'facts' && partition === 1 ? 7 : undefined,
    );

    expect(counts.map(({ generation }) => generation)).toEqual([0, 7]);
  });
});
