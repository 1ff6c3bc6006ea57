import { describe, expect, it } from '@jest/globals';
import { TOPIC } from '@tokometrics/contracts';
import type { UsageEvent } from '@tokometrics/contracts';
import { createUlid } from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';
import { anAccountId } from '@tokometrics/testkit';
import { FATES } from '../domain/chunk-counts.ts';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import { countRejectedUsage, storeUsage } from './store-usage.ts';

const ACCOUNT = anAccountId();
const CONTROL = { isFollowed: () => false, turn: () => Promise.resolve() };

let offset = 0;
function aMessage(change: object = {}): InMessage {
  const event = {
    ...{ v: 1, eventId: createUlid(), accountId: ACCOUNT, page: '/today', feature: null },
    ...{ at: '2026-11-23T12:00:00.000Z', seconds: 7, browser: 'Firefox', os: 'macOS' },
    ...{ deviceHash: null, network: '203.0.113.0/24', ...change },
  };
  offset += 1;
  return {
    ...{ topic: TOPIC.usage, partition: 0, offset: String(offset), timestamp: 0, key: ACCOUNT },
    ...{ value: Buffer.from(JSON.stringify(event)), headers: {} },
  };
}
const again = (message: InMessage): InMessage => ({ ...message, offset: `${message.offset}0` });

function aStore() {
  const stored: UsageEvent[] = [];
  const counted: ChunkCounts[] = [];
  return {
    ...{ stored, counted },
    insert: (events: readonly UsageEvent[]) => {
      stored.push(...events);
      return Promise.resolve();
    },
    count: (counts: readonly ChunkCounts[]) => {
      counted.push(...counts);
    },
  };
}

describe('usage that is stored', () => {
  it('is counted by what became of each record, and all of them are those consumed', async () => {
    const store = aStore();
    const twice = aMessage();
    const bad = aMessage({ page: '/orders/1' });

    const { parked, finish } = await storeUsage(store, [twice, bad, again(twice), aMessage()]);

    expect(parked).toEqual([{ message: bad, reason: 'schema' }]);
    expect(store.stored).toHaveLength(2);
    expect(store.counted).toEqual([]);
    await finish(CONTROL);
    expect(store.counted).toMatchObject([
      { topic: TOPIC.usage, consumed: 4, byFate: { stored: 2, duplicate: 1, dlq: 1 } },
    ]);
    const { byFate } = store.counted[0] ?? {};
    expect(FATES.reduce((sum, fate) => sum + (byFate?.[fate] ?? 0), 0)).toBe(4);
  });

  it.each([
    ['alone', [aMessage({ page: '/orders/1' })], false],
    ['beside what is one', [aMessage({ page: '/orders/1' }), aMessage()], true],
  ])('says whether the store was asked: what is no usage event, %s', async (_, chunk, isStored) => {
    expect((await storeUsage(aStore(), chunk)).isStored).toBe(isStored);
  });

  it('is counted as parked where the store refused it alone', () => {
    const store = aStore();

    countRejectedUsage(store, [{ message: aMessage(), reason: 'unexpected' }]);

    expect(store.counted).toMatchObject([{ consumed: 1, byFate: { dlq: 1, stored: 0 } }]);
  });
});
