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
});
