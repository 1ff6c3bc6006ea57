import { describe, expect, it } from '@jest/globals';
import type {
  BatchConsumerOptions,
  InMessage,
  PreparingBatchConsumerOptions,
} from '@tokometrics/kit';
import { aShopKey, turns } from '@tokometrics/testkit';
import { createFactValidators } from '../adapters/fact-validators.ts';
import { factMessage, orderFactOf } from '../adapters/facts.test-support.ts';
import type { DirtyBuckets } from '../domain/dirty-buckets.ts';
import { createPassQueue } from '../domain/pass-queue.ts';
import { createConsumers } from './consumers.ts';
import { createPass, createTables } from './sink-world.fixture.ts';

const CHUNKS = 8;
const DAYS_PER_CHUNK = 25;
const HISTORY_BUCKETS_PER_PASS = 10;

const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
const anOrder = (day: number): InMessage => {
  const createdAt = new Date(Date.UTC(2025, 0, 1 + day, 5)).toISOString();
  const line = { product: 'P1', price: '5' };
  const spec = { id: String(day), createdAt, paidAt: createdAt, lines: [line] };
  return factMessage(tenant, 'order', String(day), orderFactOf(tenant.zone, spec));
};
const range = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

const nobody = (): never => {
  throw new Error('nobody asks for this');
};
const nothing = () => Promise.resolve();

type Settle = (messages: readonly InMessage[]) => Promise<void>;

/** The sink's own consumers over tables in memory; what is told is which passes began, in their order. */
function createSink(onPass: (dirty: DirtyBuckets) => void, onLive: () => void) {
  const tables = createTables();
  const pass = createPass(tables, async (act) => {
    await turns(5);
    return act();
  });
  const { live, history } = createPassQueue(
    async (dirty) => {
      onPass(dirty);
      await pass(dirty);
    },
    { now: () => 0, after: nobody },
    { history: HISTORY_BUCKETS_PER_PASS },
  );
  const consumers = new Map<string, Settle>();
  const batchConsumer = <P>(options: PreparingBatchConsumerOptions<P> | BatchConsumerOptions) => {
    const { group } = options;
    if ('prepare' in options) {
      consumers.set(group, async (messages) => {
        const prepared = await options.prepare(messages);
        const { signal } = new AbortController();
        const chunk = await options.onChunk(messages, {
          prepared,
          signal,
          isOwner: () => true,
          generationOf: () => 1,
        });
        await chunk?.finish?.({ isFollowed: () => true, turn: nothing });
      });
    }
    return { name: group, start: nothing, stop: nothing };
  };
  createConsumers(
    { batchConsumer },
    {
      ...{ isFenced: () => false, validators: createFactValidators(), cutoff: () => '2024-01-01' },
      ...{ parkBody: nobody, liveLingerMs: 1, backfillLingerMs: 1 },
      guardedChunk: async (scopes, write) => {
        await write(scopes);
        return { fenced: [] };
      },
      insert: (table, lines) => {
        tables.insert(table, lines);
        return Promise.resolve();
      },
      reroll: {
        live: (dirty, patience) => {
          onLive();
          return live(dirty, patience);
        },
        history,
      },
      ...{
        raiseRevision: () => Promise.resolve([]),
        ...{ openGaps: nobody, arrived: nobody },
        noteChunk: nothing,
        complete: nothing,
        invalidate: () => undefined,
      },
    },
  );
  return { tables, settle: (group: string): Settle => consumers.get(group) ?? nobody };
}

describe('an order of today, while a history is written', () => {
  it('is settled by a pass of its own before the history is, behind one piece of it at most', async () => {
    const today = CHUNKS * DAYS_PER_CHUNK;
    const events: string[] = [];
    const settled: string[] = [];
    const live: Promise<unknown>[] = [];
    const { tables, settle } = createSink(
      ({ order }) => {
        const isOfToday = order.some(({ localDate }) => localDate === '2025-07-20');
        events.push(isOfToday ? `pass of ${String(order.length)}` : 'piece');
        if (events.length === 2) {
          live.push(settle('analytics-order')([anOrder(today)]).then(() => settled.push('today')));
        }
      },
      () => events.push('asked'),
    );

    const chunks = range(0, CHUNKS).map(async (chunk) => {
      const messages = range(chunk * DAYS_PER_CHUNK, DAYS_PER_CHUNK).map(anOrder);
      await settle('analytics-order-bf')(messages);
      settled.push('history');
    });
    await Promise.all(chunks);
    await Promise.all(live);

    const asked = events.indexOf('asked');
    expect(events.slice(asked, events.indexOf('pass of 1')).length).toBeLessThanOrEqual(2);
    expect(events.slice(events.indexOf('pass of 1') + 1)).toContain('piece');
    expect(settled.slice(settled.indexOf('today') + 1).length).toBeGreaterThan(CHUNKS / 2);
    expect(settled).toHaveLength(CHUNKS + 1);
    expect(tables.buckets()).toHaveLength(2 * (today + 1));
  });
});
