import { shopLifecycle, TOPIC } from '@tokometrics/contracts';
import type { ShopLifecycle } from '@tokometrics/contracts';
import type { Kafka, Lifecycled, Logger } from '@tokometrics/kit';

export interface ShopProjection {
  /** The connection's newest announcement; undefined when no such shop was ever announced. */
  find(shopKey: string): ShopLifecycle | undefined;
  all(): Iterable<ShopLifecycle>;
}

/** Follows the compacted lifecycle topic: complete before the first record is consumed. */
export function createShopProjection(
  kafka: Kafka,
  group: string,
  log: Logger,
): Lifecycled & ShopProjection {
  const shops = new Map<string, ShopLifecycle>();
  const tail = kafka.tail({
    group,
    topic: TOPIC.shopLifecycle,
    from: 'beginning',
    onMessage({ value, key }) {
      const parsed = shopLifecycle.safeParse(
        value === null ? undefined : JSON.parse(value.toString('utf8')),
      );
      if (parsed.success) {
        shops.set(parsed.data.shopKey, parsed.data);
      } else {
        log.warn({ shopKey: key }, 'lifecycle record does not fit its schema');
      }
    },
  });
  return {
    name: 'shop-projection',
    start: () => tail.start(),
    stop: () => tail.stop(),
    find: (shopKey) => shops.get(shopKey),
    all: () => shops.values(),
  };
}
