import type { ShopScope } from '@tokometrics/erasure';
import { outsideTrace } from '@tokometrics/kit';
import type { Connection } from '../domain/connection.ts';
import { drainInbox } from '../domain/drain-inbox.ts';
import type { DrainDeps } from '../domain/drain-inbox.ts';
import { confirmDeauthorization, reactToFault } from '../domain/retire-connection.ts';
import type { RetireDeps } from '../domain/retire-connection.ts';
import { settle } from '../domain/settle.ts';
import { startShopWorker } from '../domain/shop-worker.ts';
import type { ShopWorker } from '../domain/shop-worker.ts';
import { stageError } from '../domain/stage-error.ts';
import type { SyncSupervisor } from '../domain/sync-supervisor.ts';
import type { ShopWorkerDeps } from '../domain/worker-context.ts';
import { pause } from './pause.ts';
import type { ShopCore } from './shop-core.ts';

export function retireDeps(core: ShopCore, supervisor: () => SyncSupervisor): RetireDeps {
  const { stores, tiktok, log } = core;
  return {
    connectionsOfAuthorization: (authKey) => stores.connections.ofAuthorization(authKey),
    markReauth: async (connection) => {
      const isFirst = await stores.connections.markReauth(connection);
      if (isFirst) {
        log.warn({ shopKey: connection.shopKey }, 'the authorization has ended');
      }
      return isFirst;
    },
    markDeauthorized: async (connection) => {
      const isFirst = await stores.connections.markDeauthorized(connection);
      if (isFirst) {
        log.warn({ shopKey: connection.shopKey }, 'the seller has ended the authorization');
      }
      return isFirst;
    },
    announce: core.announce,
    tellOwner: (connection) => core.askForMail(connection, 'shop_deauthorized'),
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
export async function beginWork(
  core: ShopCore,
  connection: Connection,
  around: { retire: RetireDeps; supervisor: SyncSupervisor },
): Promise<ShopWorker> {
  const { stores, tiktok, clock, progress, permissions } = core;
  const { shopKey, epoch } = connection;
  permissions.note(connection);
  const scope = { shopKey, epoch };
  const identity = await openIdentity(core, scope);
  const source = tiktok.sourceOf(connection, { shopKey, identity }, () =>
    stores.fetchSeq.next(scope),
  );
  const sink = core.sinkOf(scope);
  const drain: Omit<DrainDeps, 'sink'> = {
    pending: (limit) => stores.inbox.pending(scope, limit),
    settle: (ids) => stores.inbox.settle(ids),
    source,
    mayReadOrders: () => permissions.isFed(scope, 'order.live'),
    pollProducts: () => {
      around.supervisor.wake(shopKey, epoch, 'product.live');
    },
    confirmDeauthorization: () => confirmDeauthorization(around.retire, connection),
  };
  const deps: ShopWorkerDeps = {
    source,
    sink,
    acquire: (stream, first) => stores.cursors.acquire(scope, stream, first),
    renewLeases: () => stores.cursors.renew(scope),
    releaseLeases: () => stores.cursors.release(scope),
    drainInbox: (signal, remembered) => drainInbox({ ...drain, sink: remembered }, signal),
    isFed: (stream) => permissions.isFed(scope, stream),
    pace: core.pace,
    nowS: () => Math.floor(clock.now().getTime() / 1000),
    pause,
    settings: core.settings,
    onProgress: (rows) => {
      progress.note(shopKey, rows);
      core.notify(shopKey);
    },
    onFault: faultReporter(core, connection, around.retire),
  };
  const connectedAtS = Math.floor(connection.connectedAt.getTime() / 1000);
  return outsideTrace(() => startShopWorker(deps, connectedAtS));
}

function faultReporter(
  { metrics, log }: ShopCore,
  connection: Connection,
  retire: RetireDeps,
): ShopWorkerDeps['onFault'] {
  const { shopKey } = connection;
  const faults = metrics.counter({
    name: 'sync_faults_total',
    help: 'Streams held up, by stream and closed word; paging.endless is an alert',
    labels: ['stream', 'error'],
  });
  return (stream, error) => {
    faults.inc({ stream, error: stageError(error) });
    log.warn({ err: error, shopKey, stream }, 'a stream of the sync is held up');
    void settle(reactToFault(retire, connection, error));
  };
}
