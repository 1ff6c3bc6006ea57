import { describe, expect, it } from '@jest/globals';
import type { ShopLifecycle } from '@tokometrics/contracts';
import { createLogger } from '@tokometrics/kit';
import type { InMessage, Kafka } from '@tokometrics/kit';
import { aShopKey, aShopLifecycle } from '@tokometrics/testkit';
import { createShopProjection } from './shop-projection.ts';

const log = createLogger({ service: 'erasure-test', level: 'silent' });

const recordOf = (key: string, value: string): InMessage => ({
  ...{ topic: 'shops', partition: 0, offset: '0', timestamp: 0, headers: {}, key },
  value: Buffer.from(value),
});

/** A topic whose tail comes as far as the test takes it, and that is read whole at any time. */
function aTopic() {
  const records: InMessage[] = [];
  let follow: (message: InMessage) => unknown = () => undefined;
  let letRead = Promise.resolve();
  const kafka: Pick<Kafka, 'tail' | 'readToEnd'> = {
    tail: (options) => {
      follow = options.onMessage;
      const nothing = () => Promise.resolve();
      return { name: 'tail', start: nothing, stop: nothing };
    },
    readToEnd: async (_topic, onMessage) => {
      const now = [...records];
      reads += 1;
      await letRead;
      now.forEach((message) => void onMessage(message));
    },
  };
  let reads = 0;
  return {
    shops: createShopProjection(kafka, 'group', log),
    announce: (shop: ShopLifecycle) => records.push(recordOf(shop.shopKey, JSON.stringify(shop))),
    follow: (message: InMessage) => void follow(message),
    readsWait: (until: Promise<void>) => {
      letRead = until;
    },
    reads: () => reads,
  };
}

describe('what is announced of shops', () => {
  it('is found where the tail has not come that far, and is unknown only where the topic has none', async () => {
    const { shops, announce, reads } = aTopic();
    const known = aShopLifecycle({ epoch: 2 });
    announce(known);

    const found = await Promise.all([
      shops.announced(known.shopKey, 1),
      shops.announced(known.shopKey, 2),
      shops.announced(known.shopKey, 3),
      shops.announced(aShopKey(), 1),
    ]);

    expect(found.map((shop) => shop?.epoch)).toEqual([2, 2, undefined, undefined]);
    expect(shops.find(known.shopKey)?.epoch).toBe(2);
    expect(reads()).toBe(1);
  });

  it('is looked for in a reading that begins after the question', async () => {
    const { shops, announce, readsWait } = aTopic();
    let goOn: () => void = () => undefined;
    readsWait(new Promise((resolve) => (goOn = resolve)));
    const early = shops.announced(aShopKey(), 1);
    await Promise.resolve();
    await Promise.resolve();
    const late = aShopLifecycle();
    announce(late);
    const asked = shops.announced(late.shopKey, 1);
    goOn();

    expect((await asked)?.shopKey).toBe(late.shopKey);
    expect(await early).toBeUndefined();
  });

  it('never goes back to an older connection than the tail knows', async () => {
    const { shops, announce, follow } = aTopic();
    const older = aShopLifecycle({ epoch: 1 });
    announce(older);
    follow(recordOf(older.shopKey, JSON.stringify({ ...older, epoch: 2 })));

    await shops.announced(aShopKey(), 1);

    expect(shops.find(older.shopKey)?.epoch).toBe(2);
  });

  it('goes on behind a record that is no JSON', () => {
    const { shops, follow } = aTopic();
    const shop = aShopLifecycle();

    follow(recordOf(shop.shopKey, '{"shopKey":'));
    follow(recordOf(shop.shopKey, JSON.stringify(shop)));

    expect(shops.find(shop.shopKey)?.shopKey).toBe(shop.shopKey);
  });
});
