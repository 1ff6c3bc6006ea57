import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Mongo, OutMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import { inClear, NOON_S, rawEvent, rawProductBody } from './raw-events.test-support.ts';
import {
  createStoredChunks,
  factsOf,
  startTestMongo,
  stopTestMongo,
} from './stored-chunks.test-support.ts';

const PRODUCT = '1729352000000000001';
const DAY_S = 86_400;
/** Half past eleven in the evening of the first day, in London. */
const LATE_S = NOON_S + 11.5 * 3_600;

describe('prices of a product', () => {
  let mongo: Mongo;

  beforeAll(async () => {
    mongo = await startTestMongo();
  }, 60_000);

  afterAll(() => stopTestMongo(mongo));

  it('are rebuilt for the days on which they were read, not for today', async () => {
    const scope = { shopKey: aShopKey(), epoch: 1 };
    const chunks = createStoredChunks(mongo);
    const read = (seq: number, readAtS: number, price?: string): Promise<OutMessage> => {
      const skus = [{ id: `${PRODUCT}1`, price: { currency: 'GBP', sale_price: price } }];
      const body = rawProductBody(PRODUCT, { skus, update_time: NOON_S + seq });
      return rawEvent(inClear.seal, scope, {
        ...{ resource: 'product', body, updatedS: NOON_S + seq, readAtS, seq },
      });
    };
    chunks.clock.nowS = NOON_S + 9 * DAY_S;
    await chunks.store([
      await read(2, LATE_S, '11.00'),
      await read(1, NOON_S, '10.00'),
      await read(3, LATE_S + 3_600, '10.00'),
    ]);
    await chunks.store([await read(5, NOON_S + 5 * DAY_S, '12.5000')]);
    await chunks.store([await read(4, NOON_S + 4 * DAY_S)]);
    chunks.clock.nowS = NOON_S + 300 * DAY_S;

    const rebuilt = await chunks.rebuilt(scope, 1);

    const pricesOf = (published: readonly OutMessage[]) =>
      factsOf(published)
        .map(({ ver, data }) => [ver, data['seenDate'], data['skus']] as const)
        .toSorted(([one], [other]) => (one < other ? -1 : 1));
    expect(pricesOf(rebuilt)).toEqual(pricesOf(chunks.published));
    expect(pricesOf(rebuilt).map(([, day, skus]) => [day, skus])).toEqual(
      [
        ['2026-11-23', '10.00'],
        ['2026-11-23', '11.00'],
        ['2026-11-24', '10.00'],
        ['2026-11-27', '0'],
        ['2026-11-28', '12.5000'],
      ].map(([day, price]) => [day, expect.objectContaining({ price: [price] })]),
    );
  });
});
