import { shopLifecycle, TOPIC } from '@tokometrics/contracts';
import type { ShopLifecycle } from '@tokometrics/contracts';
import type { InMessage, Kafka, Lifecycled, Logger } from '@tokometrics/kit';
import { jsonOf } from '@tokometrics/kit/json';

export interface ShopProjection {
  /** The connection's newest announcement; undefined when no such shop was ever announced. */
  find(shopKey: string): ShopLifecycle | undefined;
  /**
   * The announcement of this connection or a later one. What is not known here is looked for in the topic
   * before it is called unknown: records of a shop may come by faster than the news of it.
   */
  announced(shopKey: string, epoch: number): Promise<ShopLifecycle | undefined>;
  all(): Iterable<ShopLifecycle>;
}

/** Follows the compacted lifecycle topic: complete before the first record is consumed. */
export function createShopProjection(
  kafka: Pick<Kafka, 'tail' | 'readToEnd'>,
  group: string,
  log: Logger,
): Lifecycled & ShopProjection {
  const shops = new Map<string, ShopLifecycle>();
  const take = (into: Map<string, ShopLifecycle>, { value, key }: InMessage): void => {
    const parsed = shopLifecycle.safeParse(jsonOf(value));
    if (parsed.success) {
      into.set(parsed.data.shopKey, parsed.data);
    } else {
      log.warn({ shopKey: key }, 'lifecycle record does not fit its schema');
    }
  };
  const tail = kafka.tail({
    group,
    topic: TOPIC.shopLifecycle,
    from: 'beginning',
    onMessage: (message) => {
      take(shops, message);
    },
  });
  const readWhole = oneBehind(async () => {
    const found = new Map<string, ShopLifecycle>();
    await kafka.readToEnd(TOPIC.shopLifecycle, (message) => {
      take(found, message);
    });
    for (const shop of found.values()) {
      // The tail may have come further meanwhile.
      if ((shops.get(shop.shopKey)?.epoch ?? 0) < shop.epoch) {
        shops.set(shop.shopKey, shop);
      }
    }
  });
  const isKnown = (shopKey: string, epoch: number): boolean =>
    (shops.get(shopKey)?.epoch ?? 0) >= epoch;
  return {
    name: 'shop-projection',
    start: () => tail.start(),
    stop: () => tail.stop(),
    find: (shopKey) => shops.get(shopKey),
    announced: async (shopKey, epoch) => {
      if (!isKnown(shopKey, epoch)) {
        await readWhole();
      }
      return isKnown(shopKey, epoch) ? shops.get(shopKey) : undefined;
    },
    all: () => shops.values(),
  };
}

/** Calls of one moment share a run, and each begins after the call: what was there by then is in it. */
function oneBehind(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        running = work();
        return running;
      });
    return next;
  };
}
