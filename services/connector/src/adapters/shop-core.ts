import type { Fences, Sealer, ShopScope } from '@tokometrics/erasure';
import type { Clock, Logger, Metrics } from '@tokometrics/kit';
import type { Connection, ShopMail } from '../domain/connection.ts';
import type { Pace } from '../domain/pace.ts';
import type { Permissions } from '../domain/permissions.ts';
import type { SnapshotSink } from '../domain/snapshot-sink.ts';
import type { SyncProgress } from '../domain/sync-progress.ts';
import type { ShopWorkerDeps } from '../domain/worker-context.ts';
import type { Stores } from './connector-stores.ts';
import type { StoredConnection } from './mongo-connections.ts';
import type { ShopVault } from './shop-vault.ts';
import type { TikTokAccess } from './tiktok/tiktok-access.ts';

/** What every use-case of shops is bound to in this process. */
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
  readonly permissions: Permissions;
  readonly pace: Pace;
  readonly settings: ShopWorkerDeps['settings'];
  readonly sinkOf: (scope: ShopScope) => SnapshotSink;
  /** Tells open pages that the progress has changed. */
  readonly notify: (shopKey: string) => void;
  readonly announce: (connection: Connection) => Promise<void>;
  readonly isAnnounced: (connection: StoredConnection) => boolean;
  readonly askForMail: (
    connection: Pick<Connection, 'merchantId'>,
    template: ShopMail,
  ) => Promise<void>;
}
