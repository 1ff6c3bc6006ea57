import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, createMongo, createUlid } from '@tokometrics/kit';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import { createMongoCompleteness } from './mongo-completeness.ts';

const mongo = createMongo({
  url: engineEnv().MONGO_URL,
  database: `test_${createUlid().toLowerCase()}`,
  log: createLogger({ service: 'analytics-test', level: 'error' }),
});
const completeness = createMongoCompleteness(mongo);

beforeAll(() => mongo.start(), 60_000);
afterAll(() => mongo.stop());

describe('the revision of the figures', () => {
  it('is another one after each of many that raise it for the first time at once', async () => {
    const shops = Array.from({ length: 40 }, () => ({ shopKey: aShopKey(), epoch: 1 }));

    await Promise.all(Array.from({ length: 8 }, () => completeness.raiseRevision(shops)));

    for (const { shopKey, epoch } of shops) {
      const { revision } = await completeness.read(shopKey, epoch);
      expect(revision).toBeGreaterThanOrEqual(8);
    }
  }, 60_000);

  it('remembers that something was missing once, and does so of no other connection', async () => {
    const [gapped, whole] = [aShopKey(), aShopKey()];
    await completeness.raiseRevision([
      { shopKey: gapped, epoch: 1, isGapped: true },
      { shopKey: whole, epoch: 1, isGapped: false },
    ]);
    const again = [gapped, whole].map((shopKey) => ({ shopKey, epoch: 1, isGapped: false }));
    expect(await completeness.raiseRevision(again)).toEqual([again[0]]);

    expect(await completeness.read(gapped, 1)).toMatchObject({ isGapped: true, revision: 2 });
    expect(await completeness.read(whole, 1)).toMatchObject({ isGapped: false, revision: 2 });
    expect(await completeness.read(gapped, 2)).toMatchObject({ isGapped: false, revision: 0 });
  });
});
