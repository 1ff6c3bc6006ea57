import { describe, expect, it } from '@jest/globals';
import type { BatchConsumerOptions, InMessage, ParkedMessage } from '@tokometrics/kit';
import { createValidators } from '../adapters/ajv-validators.ts';
import type { TopicCounts } from '../domain/fates.ts';
import { createConsumers } from './consumers.ts';

const at = (topic: string, offset: number): ParkedMessage => {
  const message: InMessage = {
    ...{ topic, partition: 0, offset: String(offset), key: undefined, value: null },
    ...{ headers: {}, timestamp: 0 },
  };
  return { message, reason: 'range' };
};
type ListenerOptions = Pick<BatchConsumerOptions, 'group' | 'onRejected'>;
const nobody = (): never => {
  throw new Error('nobody asks for this');
};

describe('records that a store refuses one by one', () => {
  it('are counted as consumed and as parked, by topic', () => {
    const counted: TopicCounts[] = [];
    const told: ((rejected: readonly ParkedMessage[]) => void)[] = [];
    const batchConsumer = (options: ListenerOptions) => {
      told.push((rejected) => options.onRejected?.(rejected));
      return { name: options.group, start: nobody, stop: nobody };
    };
    createConsumers(
      { batchConsumer },
      {
        ...{ isFenced: nobody, open: nobody, zoneOf: nobody, validators: createValidators() },
        ...{ cutoff: nobody, parkBody: nobody, liveRows: 1, backfillRows: 1 },
        ...{ readHeads: nobody, writeHeads: nobody, archive: nobody, publish: nobody },
        ...{ revsOf: nobody, guardedChunk: nobody, countUnknown: nobody },
        count: (counts) => {
          counted.push(...counts);
        },
      },
    );

    told.forEach((tell) => {
      tell([at('raw.a', 1), at('raw.b', 1), at('raw.a', 2)]);
    });

    const once = [
      { topic: 'raw.a', consumed: 2, byFate: new Map([['parked', 2]]) },
      { topic: 'raw.b', consumed: 1, byFate: new Map([['parked', 1]]) },
    ];
    expect(counted).toEqual([...once, ...once]);
  });
});
