import { describe, expect, it } from '@jest/globals';
import type {
  BatchConsumerOptions,
  Finish,
  InMessage,
  ParkedMessage,
  PreparingBatchConsumerOptions,
} from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { createFactValidators } from '../adapters/fact-validators.ts';
import { gapMessage } from '../adapters/facts.test-support.ts';
import type { DirtyBuckets } from '../domain/dirty-buckets.ts';
import type { Patience } from '../domain/pass-lane.ts';
import { BACKFILL_PATIENCE, createConsumers } from './consumers.ts';

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

describe('a live chunk that notes what had come already', () => {
  it('has the days of it rolled in the lane of the histories, with their patience', async () => {
    const rolled: unknown[] = [];
    const settle: (() => Promise<void>)[] = [];
    const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
    const scope = { shopKey: tenant.shopKey, epoch: 1 };
    const lane = (name: string) => (dirty: DirtyBuckets, patience: Patience) => {
      rolled.push(...dirty.order.map(({ localDate }) => [name, localDate, patience]));
      return Promise.resolve();
    };
    const messages = [gapMessage(tenant, { entityId: '1' })];
    const batchConsumer = <P>(options: PreparingBatchConsumerOptions<P> | BatchConsumerOptions) => {
      if ('prepare' in options) {
        settle.push(async () => {
          const prepared = await options.prepare(messages);
          const { signal } = new AbortController();
          const control = { prepared, signal, isOwner: () => true, generationOf: () => 1 };
          const chunk = await options.onChunk(messages, control);
          await chunk?.finish?.({ isFollowed: () => false, turn: () => Promise.resolve() });
        });
      }
      return { name: options.group, start: nobody, stop: nobody };
    };
    createConsumers(
      { batchConsumer },
      {
        ...{
          isFenced: () => false,
          validators: createFactValidators(),
          cutoff: () => '2026-01-01',
        },
        ...{ parkBody: nobody, liveLingerMs: 1, backfillLingerMs: 1 },
        guardedChunk: async (scopes, write) => {
          await write(scopes);
          return { fenced: [] };
        },
        insert: () => Promise.resolve(),
        raiseRevision: (scopes) => Promise.resolve(scopes),
        openGaps: () =>
          Promise.resolve([{ scope, entityId: '1', fromS: 0, throughS: 1, ver: 512n }]),
        arrived: () =>
          Promise.resolve([
            { scope, entityId: '1', ver: 512n, days: ['2026-03-02'], orderDays: [] },
          ]),
        reroll: { live: lane('live'), history: lane('history') },
        complete: () => Promise.resolve(),
        noteChunk: () => Promise.resolve(),
        invalidate: () => undefined,
      },
    );

    await settle[0]?.();

    expect(rolled).toEqual([['history', '2026-03-02', BACKFILL_PATIENCE.alone]]);
  });
});
