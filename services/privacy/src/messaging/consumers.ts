import { TOPIC } from '@tokometrics/contracts';
import type { Kafka, Lifecycled } from '@tokometrics/kit';
import { onPrivacyAck } from './on-privacy-ack.ts';
import type { PrivacyAckDeps } from './on-privacy-ack.ts';
import { onShopLifecycle } from './on-shop-lifecycle.ts';
import type { ShopLifecycleDeps } from './on-shop-lifecycle.ts';

export function createConsumers(
  kafka: Kafka,
  deps: PrivacyAckDeps & ShopLifecycleDeps,
): Lifecycled[] {
  return [
    kafka.consumer({
      group: 'privacy-acks',
      topics: [TOPIC.ack],
      handle: (message) => onPrivacyAck(deps, message),
    }),
    kafka.consumer({
      group: 'privacy-canaries',
      topics: [TOPIC.shopLifecycle],
      handle: (message) => onShopLifecycle(deps, message),
    }),
  ];
}
