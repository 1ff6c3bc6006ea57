import { ORDER_STATUS_CHANGE, PRODUCT_TYPES, SELLER_DEAUTHORIZATION } from './accept-webhook.ts';
import type { InboxNotice } from './accept-webhook.ts';
import type { ShopSource } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';

interface PendingNotice extends InboxNotice {
  readonly _id: string;
}

export interface DrainDeps {
  readonly pending: (limit: number) => Promise<readonly PendingNotice[]>;
  readonly settle: (ids: readonly string[]) => Promise<void>;
  readonly source: Pick<ShopSource, 'ordersById'>;
  readonly sink: SnapshotSink;
  /** False while the permission for orders is missing. */
  readonly mayReadOrders: () => boolean;
  readonly pollProducts: () => void;
  /** Asks TikTok whether the shop is really gone; acts only when it is. */
  readonly confirmDeauthorization: () => Promise<void>;
}

// As many ids as one call takes.
const BATCH = 50;

/** A notice is a hint to read again. It is settled only after what it led to is acknowledged. */
export async function drainInbox(deps: DrainDeps, signal: AbortSignal): Promise<void> {
  for (;;) {
    const notices = await deps.pending(BATCH);
    if (notices.length === 0 || signal.aborted) {
      return;
    }
    const ids = notices.flatMap(({ type, orderId }) =>
      type === ORDER_STATUS_CHANGE && orderId !== null ? [orderId] : [],
    );
    // Without the permission nothing is lost: its first poll afterwards reads every change since.
    if (ids.length > 0 && deps.mayReadOrders()) {
      const page = await deps.source.ordersById([...new Set(ids)], { priority: 'live', signal });
      const { rows, seq, fetchedAt } = page;
      await deps.sink.publish({ resource: 'order', origin: 'webhook', seq, fetchedAt }, rows);
    }
    if (notices.some(({ type }) => PRODUCT_TYPES.has(type))) {
      deps.pollProducts();
    }
    if (notices.some(({ type }) => type === SELLER_DEAUTHORIZATION)) {
      await deps.confirmDeauthorization();
    }
    await deps.settle(notices.map(({ _id }) => _id));
  }
}
