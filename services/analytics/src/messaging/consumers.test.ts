import { describe, expect, it } from '@jest/globals';
import type { BatchConsumerOptions, Finish, InMessage, ParkedMessage } from '@tokometrics/kit';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { createFactValidators } from '../adapters/fact-validators.ts';
import { createConsumers } from './consumers.ts';

const at = (topic: string, partition: number, offset: number): ParkedMessage => {
  const message: InMessage = {
    ...{ topic, partition, offset: String(offset), key: undefined, value: null },
    ...{ headers: {}, timestamp: 0 },
  };
  return { message, reason: 'range' };
};
type ListenerOptions = Pick<BatchConsumerOptions, 'group' | 'onRejected'>;
const nobody = (): never => {
  throw new Error('nobody asks for this');
};

describe('records that the store refuses one by one', () => {
  it('are counted as consumed and as dead letters, by topic and partition', async () => {
    const noted: ChunkCounts[] = [];
    const told: ((rejected: readonly ParkedMessage[]) => Finish | undefined)[] = [];
    const batchConsumer = (options: ListenerOptions) => {
      told.push((rejected) => options.onRejected?.(rejected));
      return { name: options.group, start: nobody, stop: nobody };
    };
    createConsumers(
      { batchConsumer },
      {
        ...{ isFenced: nobody, validators: createFactValidators(), cutoff: nobody },
        ...{ parkBody: nobody, liveLingerMs: 1, backfillLingerMs: 1 },
        guardedChunk: () => Promise.resolve({ fenced: [] }),
        ...{ insert: nobody, raiseRevision: nobody, openGaps: nobody, arrived: nobody },
        reroll: { live: nobody, history: nobody },
        ...{ complete: nobody, invalidate: nobody },
        noteChunk: (counts) => {
          noted.push(...counts);
          return Promise.resolve();
        },
      },
    );

    const finish = told.at(0)?.([at('facts', 0, 7), at('facts', 1, 2), at('facts', 0, 3)]);
    await finish?.({ isFollowed: () => false, turn: () => Promise.resolve() });

    const zero = { stored: 0, superseded: 0, duplicate: 0, marker: 0, fenced: 0, expired: 0 };
    const rest = { dirty: 0, generation: 0, contentHash: expect.any(BigInt) };
    expect(noted).toEqual([
      {
        ...{ topic: 'facts', partition: 0, minOffset: 3n, maxOffset: 7n, consumed: 2 },
        ...{ ...rest, byFate: { ...zero, dlq: 2 } },
      },
      {
        ...{ topic: 'facts', partition: 1, minOffset: 2n, maxOffset: 2n, consumed: 1 },
        ...{ ...rest, byFate: { ...zero, dlq: 1 } },
      },
    ]);
    expect(told).toHaveLength(14);
  });
});
