import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import { createKeyPartitioner } from './key-partitions.ts';

const partitionsOf = (count: number) =>
  Array.from({ length: count }, (_, partitionId) => ({
    ...{ partitionId, leader: 1, partitionErrorCode: 0, replicas: [1], isr: [1] },
  }));

describe('the partition of a message', () => {
  it('is the one that kafkajs chooses, at the first time and later, also when there are more', () => {
    const kafkajsOwn = kafkajs.Partitioners.DefaultPartitioner();
    const sent = fc.record({ key: fc.string({ maxLength: 3 }), count: fc.constantFrom(1, 6, 12) });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 60 }), (sends) => {
        const choose = createKeyPartitioner();
        for (const { key, count } of [...sends, ...sends]) {
          const args = {
            topic: 't',
            partitionMetadata: partitionsOf(count),
            message: { key, value: 'v' },
          };

          expect(choose(args)).toBe(kafkajsOwn(args));
        }
      }),
    );
  });

  it('is the one that the message names, whatever its key went to before', () => {
    const choose = createKeyPartitioner();
    const args = { topic: 't', partitionMetadata: partitionsOf(6) };
    const before = choose({ ...args, message: { key: 'k', value: 'v' } });

    expect(
      choose({ ...args, message: { key: 'k', value: 'v', partition: (before + 1) % 6 } }),
    ).toBe((before + 1) % 6);
    expect(choose({ ...args, message: { key: 'k', value: 'v' } })).toBe(before);
  });

  it('goes round where there is no key', () => {
    const choose = createKeyPartitioner();
    const args = { topic: 't', partitionMetadata: partitionsOf(3), message: { value: 'v' } };

    expect(new Set([choose(args), choose(args), choose(args)]).size).toBe(3);
  });
});
