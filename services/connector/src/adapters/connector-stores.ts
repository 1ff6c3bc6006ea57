import type { Eraser } from '@tokometrics/erasure';
import type { Clock, Mongo } from '@tokometrics/kit';
import type { GuardedWrite } from './guarded-write.ts';
import { createMongoConnections } from './mongo-connections.ts';
import { createMongoCursors } from './mongo-cursors.ts';
import { createMongoFetchSeq } from './mongo-fetch-seq.ts';
import { createMongoOauthStates } from './mongo-oauth-states.ts';
import { createMongoShopRefs } from './mongo-shop-refs.ts';
import { createMongoWebhookInbox } from './mongo-webhook-inbox.ts';

export interface StoresOptions {
  readonly mongo: Mongo;
  readonly guarded: GuardedWrite;
  readonly clock: Clock;
  readonly instanceId: string;
  readonly leaseMs: number;
}

export type Stores = ReturnType<typeof createStores>;

/** Every collection of this service. */
export function createStores(options: StoresOptions) {
  const { mongo, guarded } = options;
  return {
    connections: createMongoConnections(mongo, guarded),
    states: createMongoOauthStates(mongo),
    refs: createMongoShopRefs(mongo),
    cursors: createMongoCursors(options),
    fetchSeq: createMongoFetchSeq(mongo, guarded),
    inbox: createMongoWebhookInbox(mongo, guarded),
  };
}

/** References stay: they name no shop, and a shop that comes back needs its epoch. */
export function mongoErasers(stores: Stores): Eraser[] {
  return [
    eraser('connector.connections', stores.connections),
    eraser('connector.sync_cursors', stores.cursors),
    eraser('connector.fetch_seq', stores.fetchSeq),
    eraser('connector.webhook_inbox', stores.inbox),
  ];
}

/** Metadata and all, so that nothing is left to count: gone is what a read no longer finds. */
export function tokenEraser(
  endAuthorizations: (shopKey: string, throughEpoch: number) => Promise<number>,
): Eraser {
  return {
    storeId: 'vault.tiktok-tokens',
    erase: async ({ shopKey, throughEpoch }) => {
      await endAuthorizations(shopKey, throughEpoch);
      return { found: 0, removed: 0 };
    },
  };
}

function eraser(
  storeId: Eraser['storeId'],
  store: {
    erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
  },
): Eraser {
  return { storeId, erase: ({ shopKey, throughEpoch }) => store.erase(shopKey, throughEpoch) };
}
