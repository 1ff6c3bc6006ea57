import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPIC } from '@tokometrics/contracts';
import {
  completed,
  connectShop,
  countIn,
  disconnect,
  fences,
  mongos,
  producer,
  startWorld,
  stopWorld,
  vaults,
} from './erasure.fixture.ts';
import type { Connected } from './erasure.fixture.ts';
import { known } from './holdings.fixture.ts';

beforeAll(startWorld, 180_000);
afterAll(stopWorld, 60_000);

describe('connecting again while the old connection is erased', () => {
  it('lets the shop in under a new epoch, and keeps old records out', async () => {
    const before = await connectShop();
    await known(before);
    await disconnect(before);
    const again: Connected = { ...before, epoch: 2 };
    const { accountId: _account, ...lifecycle } = again;
    await vaults.connector?.transit.createKey(`k-${before.shopKey}-2`);
    await producer.send([
      {
        topic: TOPIC.shopLifecycle,
        key: before.shopKey,
        value: Buffer.from(JSON.stringify(lifecycle)),
      },
    ]);
    await mongos['analytics']
      ?.collection('completeness')
      .insertOne({ shopKey: before.shopKey, epoch: 2 });

    await completed(before);

    expect(fences.ingestion?.isFenced(before.shopKey, 1)).toBe(true);
    expect(fences.ingestion?.isFenced(before.shopKey, 2)).toBe(false);
    expect(await countIn('analytics.completeness', before.shopKey)).toBe(1);
    expect(await vaults.connector?.transit.readKey(`k-${before.shopKey}-2`)).toBeDefined();
    expect(await vaults.connector?.transit.readKey(`k-${before.shopKey}-1`)).toBeUndefined();
  }, 180_000);
});
