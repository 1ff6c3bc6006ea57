import type { Fences, Sealer, ShopScope } from '@tokometrics/erasure';
import { createUlid } from '@tokometrics/kit';
import type { Clock, Logger, Metrics } from '@tokometrics/kit';
import { closeShop, endAuthorizations } from '../domain/close-shop.ts';
import type { CloseDeps } from '../domain/close-shop.ts';
import type { OpenedShop, ShopToOpen } from '../domain/connect-shop.ts';
import type { Connection } from '../domain/connection.ts';
import type { SyncView } from '../domain/describe-sync.ts';
import { drainInbox } from '../domain/drain-inbox.ts';
import { openShop } from '../domain/open-shop.ts';
import type { OpenShopDeps } from '../domain/open-shop.ts';
import { confirmDeauthorization, retireAuthorization } from '../domain/retire-connection.ts';
import type { RetireDeps } from '../domain/retire-connection.ts';
import { settle } from '../domain/settle.ts';
import { startShopWorker } from '../domain/shop-worker.ts';
import type { ShopWorker } from '../domain/shop-worker.ts';
import type { SnapshotSink } from '../domain/snapshot-sink.ts';
import { stageError } from '../domain/stage-error.ts';
import type { CursorState, Stream } from '../domain/sync-cursor.ts';
import type { SyncProgress } from '../domain/sync-progress.ts';
import { createSyncSupervisor } from '../domain/sync-supervisor.ts';
import type { SyncSupervisor } from '../domain/sync-supervisor.ts';
import { tidy } from '../domain/tidy.ts';
import { TikTokFault } from '../domain/tiktok-fault.ts';
import type { ShopWorkerDeps } from '../domain/worker-context.ts';
import type { Stores } from './connector-stores.ts';
import type { StoredConnection } from './mongo-connections.ts';
import { pause } from './pause.ts';
import type { ShopVault } from './shop-vault.ts';
import type { TikTokAccess } from './tiktok/tiktok-access.ts';

export interface ShopCore {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly fences: Pick<Fences, 'throughEpoch'>;
  readonly stores: Stores;
  readonly sealer: Pick<Sealer, 'provision'>;
  readonly shopVault: ShopVault;
  readonly tiktok: TikTokAccess;
  readonly progress: SyncProgress;
  readonly settings: ShopWorkerDeps['settings'];
  readonly sinkOf: (scope: ShopScope) => SnapshotSink;
  /** Tells open pages that the progress has changed. */
  readonly notify: (shopKey: string) => void;
  readonly announce: (connection: Connection) => Promise<void>;
  readonly isAnnounced: (connection: StoredConnection) => boolean;
  readonly askForMail: (connection: Connection) => Promise<void>;
}

export interface ShopOperations {
  readonly supervisor: SyncSupervisor;
  readonly open: (wish: ShopToOpen) => Promise<OpenedShop>;
  readonly close: (shopKey: string, throughEpoch: number) => Promise<void>;
  readonly endAuthorizations: (shopKey: string, throughEpoch: number) => Promise<number>;
  readonly viewsOf: (merchantId: string) => Promise<SyncView[]>;
}

function retireDeps(core: ShopCore, supervisor: () => SyncSupervisor): RetireDeps {
  const { stores, tiktok, log } = core;
  return {
    connectionsOfAuthorization: (authKey) => stores.connections.ofAuthorization(authKey),
    markReauth: async (connection) => {
      await stores.connections.change(connection, { status: 'reauth_required' });
      log.warn({ shopKey: connection.shopKey }, 'the authorization has ended');
    },
    announce: core.announce,
    stopWork: ({ shopKey, epoch }) => {
      void supervisor().halt(shopKey, epoch);
    },
    listShops: (authorization) => tiktok.listShops(authorization),
    shopIdOf: async (connection) => (await openIdentity(core, connection)).shopId,
    onSuspect: ({ shopKey }) => {
      log.warn({ shopKey }, 'a deauthorization was announced, but the shop is still authorized');
    },
  };
}

async function openIdentity(core: ShopCore, scope: ShopScope) {
  const stored = await core.stores.connections.find(scope);
  if (stored === undefined) {
    throw new Error('the connection is gone');
  }
  return core.shopVault.open(scope, stored.identity);
}

/** Opens what the shop's work needs, then starts it. */
async function beginWork(
  core: ShopCore,
  connection: Connection,
  around: { retire: RetireDeps; supervisor: SyncSupervisor },
): Promise<ShopWorker> {
  const { stores, tiktok, clock, progress, metrics, log } = core;
  const { shopKey, epoch } = connection;
  const scope = { shopKey, epoch };
  const identity = await openIdentity(core, scope);
  const source = tiktok.sourceOf(connection, { shopKey, identity }, () =>
    stores.fetchSeq.next(scope),
  );
  const faults = metrics.counter({
    name: 'sync_faults_total',
    help: 'Streams held up, by stream and closed word; paging.endless is an alert',
    labels: ['stream', 'error'],
  });
  const sink = core.sinkOf(scope);
  const deps = {
    source,
    sink,
    acquire: (stream: Stream, first: CursorState) => stores.cursors.acquire(scope, stream, first),
    renewLeases: () => stores.cursors.renew(scope),
    releaseLeases: () => stores.cursors.release(scope),
    drainInbox: (signal: AbortSignal) =>
      drainInbox(
        {
          pending: (limit) => stores.inbox.pending(scope, limit),
          settle: (ids) => stores.inbox.settle(ids),
          source,
          sink,
          pollProducts: () => {
            around.supervisor.wake(shopKey, epoch, 'product.live');
          },
          confirmDeauthorization: () => confirmDeauthorization(around.retire, connection),
        },
        signal,
      ),
    nowS: () => Math.floor(clock.now().getTime() / 1000),
    pause,
    settings: core.settings,
    onProgress: (rows: Parameters<typeof progress.note>[1]) => {
      progress.note(shopKey, rows);
      core.notify(shopKey);
    },
    onFault: (stream: string, error: unknown) => {
      faults.inc({ stream, error: stageError(error) });
      log.warn({ err: error, shopKey, stream }, 'a stream of the sync is held up');
      void settle(reactToFault(around.retire, connection, error));
    },
  };
  return startShopWorker(deps, Math.floor(connection.connectedAt.getTime() / 1000));
}

/** Two refusals speak of the grant and not of the call. */
async function reactToFault(
  retire: RetireDeps,
  connection: Connection,
  error: unknown,
): Promise<void> {
  const kind = error instanceof TikTokFault ? error.kind : undefined;
  if (kind === 'reauth') {
    await retireAuthorization(retire, connection.authKey);
  } else if (kind === 'shop_mismatch') {
    await confirmDeauthorization(retire, connection);
  }
}

/** The use-cases of shops, bound to this process's stores, keys and calls. */
export function createShopOperations(core: ShopCore): ShopOperations {
  const { stores, tiktok, clock, progress, log } = core;
  const retire = retireDeps(core, () => supervisor);
  const supervisor: SyncSupervisor = createSyncSupervisor({
    load: () => stores.connections.all(),
    begin: (connection) => beginWork(core, connection, { retire, supervisor }),
    pause,
    onFailure: ({ shopKey }, error) => {
      log.warn({ err: error, shopKey }, 'the work of a shop could not begin yet');
    },
    tidy: () =>
      tidy({
        now: () => clock.now(),
        unfinishedBefore: (instant) => stores.states.unfinishedBefore(instant),
        isUsed: async (authKey) => (await stores.connections.ofAuthorization(authKey)).length > 0,
        destroyTokens: (authorization) => tiktok.tokens.destroy(authorization),
        saveOutcome: (connectId, outcome) => stores.states.finish(connectId, outcome),
        removeStatesBefore: (instant) => stores.states.removeExpiredBefore(instant),
        removeNoticesBefore: (instant) => stores.inbox.removeBefore(instant),
        announceMissed: () => announceMissed(core),
      }),
  });
  const close: CloseDeps = {
    halt: async (shopKey, throughEpoch) => {
      await supervisor.halt(shopKey, throughEpoch);
      tiktok.forget(shopKey);
      progress.forget(shopKey);
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
  const open = openDeps(core, supervisor);
  return {
    supervisor,
    open: (wish) => openShop(open, wish),
    close: (shopKey, throughEpoch) => closeShop(close, shopKey, throughEpoch),
    endAuthorizations: (shopKey, throughEpoch) => endAuthorizations(close, shopKey, throughEpoch),
    viewsOf: (merchantId) => viewsOf(core, merchantId),
  };
}

async function announceMissed(core: ShopCore): Promise<void> {
  for (const connection of await core.stores.connections.all()) {
    if (!core.isAnnounced(connection)) {
      await core.announce(connection);
    }
  }
}

function openDeps(core: ShopCore, supervisor: SyncSupervisor): OpenShopDeps {
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
      await stores.connections.insert({ ...connection, identity: sealed, announced: null });
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
      await settle(core.askForMail(connection));
    },
    newId: () => createUlid(clock),
    now: () => clock.now(),
  };
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
