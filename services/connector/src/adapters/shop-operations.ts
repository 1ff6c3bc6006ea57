import { closeShop, endAuthorizations } from '../domain/close-shop.ts';
import type { CloseDeps } from '../domain/close-shop.ts';
import type { OpenedShop, ShopToOpen } from '../domain/connect-shop.ts';
import type { SyncView } from '../domain/describe-sync.ts';
import { heedDeauthorizations } from '../domain/heed-notices.ts';
import type { HeedDeps } from '../domain/heed-notices.ts';
import { endGrant } from '../domain/end-grant.ts';
import type { EndGrantDeps } from '../domain/end-grant.ts';
import { openShop } from '../domain/open-shop.ts';
import { reconcileShops } from '../domain/reconcile-shops.ts';
import type { ReconcileDeps } from '../domain/reconcile-shops.ts';
import type { RetireDeps } from '../domain/retire-connection.ts';
import { createSyncSupervisor } from '../domain/sync-supervisor.ts';
import type { SyncSupervisor } from '../domain/sync-supervisor.ts';
import { tidy } from '../domain/tidy.ts';
import type { TidyDeps } from '../domain/tidy.ts';
import { openDeps } from './open-shops.ts';
import { pause } from './pause.ts';
import { createTidyUp } from './tidy-up.ts';
import type { ShopCore } from './shop-core.ts';
import { beginWork, retireDeps } from './shop-work.ts';

export interface ShopOperations {
  readonly supervisor: SyncSupervisor;
  readonly open: (wish: ShopToOpen) => Promise<OpenedShop>;
  readonly close: (shopKey: string, throughEpoch: number) => Promise<void>;
  readonly endGrant: (
    shopKey: string,
    throughEpoch: number,
  ) => Promise<'ended' | 'unconfirmed' | undefined>;
  readonly endAuthorizations: (shopKey: string, throughEpoch: number) => Promise<number>;
  readonly viewsOf: (merchantId: string) => Promise<SyncView[]>;
}

/** The use-cases of shops, bound to this process's stores, keys and calls. */
export function createShopOperations(core: ShopCore): ShopOperations {
  const { stores, log } = core;
  const retire = retireDeps(core, () => supervisor);
  const reconcile = reconcileDeps(core, retire);
  const heed = heedDeps(core, retire);
  const tidyUp = createTidyUp(log);
  const supervisor: SyncSupervisor = createSyncSupervisor({
    load: async () => {
      const connections = await stores.connections.all();
      // Another instance may have renewed a grant, and been told of other permissions.
      connections.forEach(core.permissions.note);
      return connections;
    },
    begin: (connection) => beginWork(core, connection, { retire, supervisor }),
    pause,
    onFailure: ({ shopKey }, error) => {
      log.warn({ err: error, shopKey }, 'the work of a shop could not begin yet');
    },
    tidy: async () => {
      await tidyUp('what a crash left', () => tidy(tidyDeps(core)));
      await tidyUp('notices for shops that wait', () => heedDeauthorizations(heed));
      await tidyUp('shops that TikTok no longer lists', () => reconcileShops(reconcile));
    },
  });
  const close = closeDeps(core, supervisor);
  const open = openDeps(core, supervisor);
  return {
    supervisor,
    open: (wish) => openShop(open, wish),
    close: (shopKey, throughEpoch) => closeShop(close, shopKey, throughEpoch),
    endGrant: (shopKey, throughEpoch) => endGrant(endGrantDeps(core), shopKey, throughEpoch),
    endAuthorizations: (shopKey, throughEpoch) => endAuthorizations(close, shopKey, throughEpoch),
    viewsOf: (merchantId) => viewsOf(core, merchantId),
  };
}

function tidyDeps(core: ShopCore): TidyDeps {
  const { stores, tiktok, clock } = core;
  return {
    now: () => clock.now(),
    unfinishedBefore: (instant) => stores.states.unfinishedBefore(instant),
    isUsed: async (authKey) => (await stores.connections.ofAuthorization(authKey)).length > 0,
    destroyTokens: (authorization) => tiktok.tokens.destroy(authorization),
    saveOutcome: (connectId, outcome) => stores.states.finish(connectId, outcome),
    removeStatesBefore: (instant) => stores.states.removeExpiredBefore(instant),
    removeNoticesBefore: (instant) => stores.inbox.removeBefore(instant),
    announceMissed: () => announceMissed(core),
  };
}

function reconcileDeps({ stores, clock, log }: ShopCore, retire: RetireDeps): ReconcileDeps {
  return {
    ...retire,
    now: () => clock.now(),
    dueBefore: (instant) => stores.connections.dueForReconcile(instant),
    claim: (authKey, dueBefore, comparedAt) =>
      stores.connections.claimReconcile(authKey, dueBefore, comparedAt),
    setCompared: (authKey, comparedAt) => stores.connections.setReconciled(authKey, comparedAt),
    onUnanswered: (error) => {
      log.warn({ err: error }, 'the list of shops could not be compared; it is tried in an hour');
    },
  };
}

function heedDeps({ stores, log }: ShopCore, retire: RetireDeps): HeedDeps {
  return {
    ...retire,
    waiting: () => stores.connections.waiting(),
    pendingOfType: (connection, type) => stores.inbox.pendingOfType(connection, type),
    settle: (ids) => stores.inbox.settle(ids),
    onUnanswered: (error) => {
      log.warn({ err: error }, 'a deauthorization could not be confirmed; it is tried again');
    },
  };
}

function closeDeps(core: ShopCore, supervisor: SyncSupervisor): CloseDeps {
  const { stores, tiktok, progress, permissions } = core;
  return {
    halt: async (shopKey, throughEpoch) => {
      await supervisor.halt(shopKey, throughEpoch);
      tiktok.forget(shopKey);
      progress.forget(shopKey);
      permissions.forget(shopKey);
    },
    connectionsOf: (shopKey) => stores.connections.ofShop(shopKey),
    connectionsOfAuthorization: (authKey) => stores.connections.ofAuthorization(authKey),
    lastAuthorization: async (shopKey, throughEpoch) => {
      const ref = await stores.refs.ofShop(shopKey);
      return ref !== undefined && ref.lastEpoch <= throughEpoch ? ref : undefined;
    },
    markClosed: async (connection) => {
      await stores.connections.change(connection, { state: 'closed' });
    },
    destroyTokens: (authorization) => tiktok.tokens.destroy(authorization),
    evictTokens: (authKey) => {
      tiktok.tokens.evict(authKey);
    },
    announce: core.announce,
  };
}

function endGrantDeps(core: ShopCore): EndGrantDeps {
  const { stores, tiktok, clock, log } = core;
  return {
    connectionsOf: (shopKey) => stores.connections.ofShop(shopKey),
    isReadHere: (connection) => tiktok.reads(connection, connection.shopKey),
    isReadByOthers: async (connection) =>
      (await stores.connections.otherReaders(connection)).length > 0,
    claim: (connection) => stores.connections.claimGrantEnd(connection),
    ask: async (connection, limitMs) => {
      const signal = AbortSignal.timeout(Math.max(1, Math.floor(limitMs)));
      await tiktok.endGrant(connection, connection.shopKey, signal);
    },
    keep: async (connection, grantEnd) => {
      await stores.connections.change(connection, { grantEnd });
    },
    resultOf: async (connection) => {
      const found = await stores.connections.find(connection);
      return found?.grantEnd === 'asked' ? undefined : found?.grantEnd;
    },
    pause,
    monotonicMs: () => clock.monotonicMs(),
    onUnconfirmed: ({ shopKey }, error) => {
      log.warn({ err: error, shopKey }, 'TikTok Shop has not confirmed that the grant is ended');
    },
  };
}

async function announceMissed(core: ShopCore): Promise<void> {
  for (const connection of await core.stores.connections.all()) {
    if (!core.isAnnounced(connection)) {
      await core.announce(connection);
    }
  }
}

async function viewsOf(core: ShopCore, merchantId: string): Promise<SyncView[]> {
  const connections = await core.stores.connections.ofMerchant(merchantId);
  const newest = connections.filter(
    ({ shopKey, epoch }) =>
      !connections.some((other) => other.shopKey === shopKey && other.epoch > epoch),
  );
  return Promise.all(
    newest.map(async (connection) => ({
      connection,
      cursors: await core.stores.cursors.list({
        shopKey: connection.shopKey,
        epoch: connection.epoch,
      }),
      perMinute: (resource) => core.progress.perMinute(connection.shopKey, resource),
    })),
  );
}
