import { isoInstant, RESOURCES } from '@tokometrics/contracts';
import type { Resource, Shop, ShopKey, SyncStatus } from '@tokometrics/contracts';
import type { Connection } from './connection.ts';
import { unfedResources } from './permissions.ts';
import type { CursorState, Stream } from './sync-cursor.ts';

type Cursor = CursorState & { readonly stream: Stream };
type Stage = SyncStatus['stages'][number];

const STREAMS_OF: Readonly<Record<Resource, { live: Stream; backfill: Stream }>> = {
  order: { live: 'order.live', backfill: 'order.backfill' },
  product: { live: 'product.live', backfill: 'product.backfill' },
  statement: { live: 'finance.live', backfill: 'finance.backfill' },
  transaction: { live: 'finance.live', backfill: 'finance.backfill' },
  payment: { live: 'payment.live', backfill: 'payment.backfill' },
  // Without a history: the first whole reading is all there is of it.
  inventory: { live: 'inventory.live', backfill: 'inventory.live' },
  unsettled: { live: 'unsettled.live', backfill: 'unsettled.live' },
};
const UNIT: Readonly<Record<Resource, string>> = {
  order: 'orders',
  product: 'products',
  statement: 'statements',
  transaction: 'transactions',
  payment: 'payments',
  inventory: 'SKUs',
  unsettled: 'estimates',
};

export interface SyncView {
  readonly connection: Connection;
  readonly cursors: readonly Cursor[];
  readonly perMinute: (resource: Resource) => number | null;
}

export function describeSync(shopKey: ShopKey, view: SyncView): SyncStatus {
  return { shopKey, stages: RESOURCES.map((resource) => describeStage(resource, view)) };
}

function describeStage(resource: Resource, view: SyncView): Stage {
  const streams = STREAMS_OF[resource];
  const backfill = view.cursors.find(({ stream }) => stream === streams.backfill);
  const live = view.cursors.find(({ stream }) => stream === streams.live);
  const at = Math.floor(view.connection.connectedAt.getTime() / 1000);
  const isFed = !unfedResources(view.connection.categories).has(resource);
  const hasOlder = backfill !== undefined && (backfill.cursor < at || backfill.finishedAt !== null);
  return {
    resource,
    state: isFed ? stateOf(view.connection, backfill, live) : 'paused',
    progress: progressOf(resource, backfill, view.perMinute(resource)),
    newestLoaded: live === undefined ? null : isoInstant(live.cursor),
    oldestLoaded: hasOlder ? isoInstant(Math.min(at, backfill.cursor)) : null,
    error: isFed ? (backfill?.error ?? live?.error ?? null) : 'shop.scope_missing',
  };
}

function stateOf(
  connection: Connection,
  backfill: Cursor | undefined,
  live: Cursor | undefined,
): Stage['state'] {
  const isRefused = live?.error === 'shop.scope_missing';
  if (connection.status !== 'active' || connection.state === 'closed' || isRefused) {
    return 'paused';
  }
  if (backfill === undefined) {
    return 'waiting';
  }
  if (backfill.finishedAt !== null) {
    return 'done';
  }
  switch (backfill.error) {
    case 'paging.endless':
    case 'internal':
      return 'failed';
    case 'shop.scope_missing':
    case 'shop.reauth_required':
      return 'paused';
    default:
      return 'running';
  }
}

function progressOf(
  resource: Resource,
  backfill: Cursor | undefined,
  perMinute: number | null,
): Stage['progress'] {
  const done = (resource === 'transaction' ? backfill?.dependents : backfill?.done) ?? 0;
  const isDone = backfill?.finishedAt != null;
  const total = isDone ? done : resource === 'transaction' ? null : (backfill?.total ?? null);
  const left = total === null ? null : Math.max(0, total - done);
  return {
    done,
    total,
    unit: UNIT[resource],
    ratePerMinute: isDone ? null : perMinute,
    etaSeconds:
      isDone || left === null || perMinute === null ? null : Math.ceil((left * 60) / perMinute),
  };
}

export function describeShop(shopKey: ShopKey, view: SyncView): Shop {
  const { connection } = view;
  return {
    shopKey,
    epoch: connection.epoch,
    label: connection.label,
    name: connection.name,
    region: connection.region,
    sellerType: connection.sellerType,
    currency: connection.currency,
    status: statusOf(connection),
    timezone: connection.timezone,
    categories: connection.categories.map((category) => ({ ...category })),
    connectedAt: connection.connectedAt.toISOString(),
    authorizationExpiresAt: connection.authorizationExpiresAt?.toISOString() ?? null,
    sync: describeSync(shopKey, view),
  };
}

/** A shop of which nothing at all may be read is paused as a whole; else only what lacks its permission. */
function statusOf({ state, status, categories }: Connection): Shop['status'] {
  if (state === 'closed' || status === 'deauthorized') {
    return 'disconnecting';
  }
  const isEmpty = unfedResources(categories).size === RESOURCES.length;
  return status === 'active' && isEmpty ? 'paused' : status;
}
