import { createUlid } from '@tokometrics/kit';
import type { Connection } from '../domain/connection.ts';
import type { OpenShopDeps } from '../domain/open-shop.ts';
import { settle } from '../domain/settle.ts';
import type { SyncSupervisor } from '../domain/sync-supervisor.ts';
import type { ShopCore } from './shop-core.ts';

/** A shop that another merchant reads too: both know of it, neither of the other. */
async function tellOwners({ stores, askForMail }: ShopCore, connection: Connection): Promise<void> {
  await askForMail(connection, 'shop_connected');
  const others = await stores.connections.otherReaders(connection);
  const merchants = new Set(others.map(({ merchantId }) => merchantId));
  for (const merchantId of merchants.size > 0 ? [...merchants, connection.merchantId] : []) {
    await askForMail({ merchantId }, 'shop_connected_twice');
  }
}

/** How a shop comes to be open in this process's stores, and starts to be read. */
export function openDeps(core: ShopCore, supervisor: SyncSupervisor): OpenShopDeps {
  const { stores, shopVault, clock, announce, log, tiktok } = core;
  const begin = async (connection: Connection): Promise<void> => {
    // What cannot be said now is said by the next tidy; the connection stands either way.
    await settle(announce(connection));
    await supervisor.ensure(connection);
  };
  return {
    findRef: async (merchantId, shopId) =>
      stores.refs.find(await shopVault.refHash(merchantId, shopId)),
    takeEpoch: async ({ merchantId, shopId, shopKey, after, epoch, authKey }) => {
      const _id = await shopVault.refHash(merchantId, shopId);
      return after === 0
        ? stores.refs.create({ _id, shopKey, lastEpoch: epoch, merchantId, authKey })
        : stores.refs.advance({ _id, lastEpoch: after }, { epoch, authKey });
    },
    connectionsOf: (shopKey) => stores.connections.ofShop(shopKey),
    throughEpoch: (shopKey) => core.fences.throughEpoch(shopKey),
    provisionKey: (shopKey, epoch) => core.sealer.provision(shopKey, epoch),
    shopHash: (shopId) => shopVault.shopHash(shopId),
    insert: async (connection, identity) => {
      const sealed = await shopVault.seal(connection, identity);
      const reconciledAt = connection.connectedAt;
      await stores.connections.insert({
        ...connection,
        ...{ identity: sealed, announced: null, reconciledAt },
      });
    },
    renewGrant: async (connection, wish) => {
      const { authKey } = wish.attempt;
      const identity = await shopVault.seal(connection, {
        shopId: wish.shop.id,
        cipher: wish.shop.cipher,
        openId: wish.openId,
      });
      const { categories, authorizationExpiresAt } = wish;
      const change = { authKey, categories, authorizationExpiresAt, status: 'active' } as const;
      await stores.connections.change(connection, { ...change, identity });
      await stores.refs.setAuthorization(connection.shopKey, authKey);
      const users = await stores.connections.ofAuthorization(connection.authKey);
      if (!users.some(({ state }) => state === 'open')) {
        await tiktok.tokens.destroy(connection);
      }
      await supervisor.halt(connection.shopKey, connection.epoch);
      await begin({ ...connection, ...change });
    },
    onOpened: async (connection) => {
      log.info({ shopKey: connection.shopKey, epoch: connection.epoch }, 'shop connected');
      await begin(connection);
      await settle(tellOwners(core, connection));
    },
    newId: () => createUlid(clock),
    now: () => clock.now(),
  };
}
