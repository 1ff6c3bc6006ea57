import { describe, expect, it } from '@jest/globals';
import { TOPIC } from '@tokometrics/contracts';
import { createUlid } from '@tokometrics/kit';
import type { Finish, InMessage } from '@tokometrics/kit';
import { anAccountId } from '@tokometrics/testkit';
import type { TopicCounts } from '../domain/fates.ts';
import { countRejectedUsage, storeUsage } from './store-usage.ts';
import type { UsageDeps } from './store-usage.ts';

const ACCOUNT = anAccountId();
const GONE = anAccountId();
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

/** An archive in memory, which keeps the first of each event. */
function anArchive() {
  const kept = new Set<string>();
  const counted: TopicCounts[] = [];
  const deps: UsageDeps = {
    seal: ({ accountId }, text) =>
      Promise.resolve(
        accountId === GONE ? undefined : { wdk: 'vault:v1:', iv: '', ct: text, tag: '' },
      ),
    insert: (rows) => {
      const places = rows.flatMap(({ eventId }, place) => {
        const isKnown = kept.has(eventId);
        kept.add(eventId);
        return isKnown ? [place] : [];
      });
      return Promise.resolve(places);
    },
    count: (counts) => counted.push(...counts),
  };
  return { kept, counted, deps };
}

const settle = (finish: Finish): Promise<void> => finish(CONTROL);

describe('usage that is archived', () => {
  it('is counted by what became of each record, and all of them are those consumed', async () => {
    const { deps, counted, kept } = anArchive();
    const known = aMessage();
    await storeUsage(deps, [known]);
    const twice = aMessage();
    const bad = aMessage({ page: '/orders/1' });
    const chunk = [
      ...[aMessage({ accountId: GONE }), again(known), twice, bad],
      ...[again(twice), aMessage()],
    ];

    const { parked, finish } = await storeUsage(deps, chunk);

    expect(parked).toEqual([{ message: bad, reason: 'schema' }]);
    expect(kept.size).toBe(3);
    expect(counted).toEqual([]);
    await settle(finish);
    expect(counted).toEqual([
      {
        ...{ topic: TOPIC.usage, consumed: 6 },
        byFate: new Map([
          ['fenced', 1],
          ['duplicate', 2],
          ['stored', 2],
          ['parked', 1],
        ]),
      },
    ]);
  });

  it.each([
    ['alone', [aMessage({ accountId: GONE })], false],
    ['beside what somebody’s key seals', [aMessage({ accountId: GONE }), aMessage()], true],
  ])('says whether the archive was asked: what is nobody’s, %s', async (_, chunk, isStored) => {
    expect((await storeUsage(anArchive().deps, chunk)).isStored).toBe(isStored);
  });

  it('is counted as parked where the store refused it alone', () => {
    const { deps, counted } = anArchive();

    countRejectedUsage(deps, [
      { message: aMessage(), reason: 'unexpected' },
      { message: aMessage(), reason: 'unexpected' },
    ]);

    expect(counted).toEqual([
      { topic: TOPIC.usage, consumed: 2, byFate: new Map([['parked', 2]]) },
    ]);
  });
});
