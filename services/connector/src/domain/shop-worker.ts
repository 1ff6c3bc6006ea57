import { backfillPlans } from './backfill-plans.ts';
import type { PlannedBackfill } from './backfill-plans.ts';
import { pollOrders, pollProducts } from './poll-changes.ts';
import type { PollDeps } from './poll-changes.ts';
import { pollFinance } from './read-finance.ts';
import type { FinanceDeps } from './read-finance.ts';
import { createRecentRows } from './recent-rows.ts';
import { runBackfill } from './run-backfill.ts';
import { settle } from './settle.ts';
import { firstCursor } from './sync-cursor.ts';
import type { Lease } from './sync-cursor.ts';
import { createWorkerContext } from './worker-context.ts';
import type { Loop, ShopWorkerDeps, WorkerContext } from './worker-context.ts';

export interface ShopWorker {
  /** Runs that loop at once instead of at its next time. */
  wake(loop: Loop): void;
  /** Ends calls and waits at once; what runs ends soon after. */
  abort(): void;
  /** Resolves when nothing of the shop runs any more. */
  stop(): Promise<void>;
}

const MAX_BACKOFF = 16;
const RETRY_ROUND_MS = 5_000;
const MAX_RETRY_ROUND_MS = 300_000;
const SAFETY_DRAIN_MS = 60_000;

async function live(
  context: WorkerContext,
  stream: 'order.live' | 'product.live' | 'finance.live',
  intervalMs: number,
  once: (lease: Lease) => Promise<number>,
): Promise<void> {
  let lease = await context.obtain(stream, firstCursor(context.at));
  let failures = 0;
  while (lease !== undefined && !context.signal.aborted) {
    const result = await settle(once(lease));
    if (result.ok) {
      failures = 0;
      context.deps.onProgress({});
    } else {
      failures += 1;
      await context.report(stream, result.error, lease);
    }
    const backoff = failures === 0 ? 1 : Math.min(MAX_BACKOFF, 2 ** (failures - 1));
    await context.sleep(stream, intervalMs * backoff);
    lease = result.ok ? lease : await context.obtain(stream, firstCursor(context.at));
  }
}

async function backfillOnce(context: WorkerContext, planned: PlannedBackfill): Promise<boolean> {
  const { deps, signal } = context;
  const lease = await context.obtain(planned.stream, planned.first(context.at));
  if (lease?.state.finishedAt !== null) {
    return true;
  }
  const { onProgress, sink, settings } = deps;
  const pageSize = planned.stream === 'order.backfill' ? settings.orderPageSize : settings.pageSize;
  const run = await settle(
    runBackfill(planned.plan, { sink, pageSize, signal, onProgress }, lease).then(() =>
      lease.save({ finishedAt: new Date(deps.nowS() * 1000), error: null }),
    ),
  );
  if (!run.ok) {
    await context.report(planned.stream, run.error, lease);
    return false;
  }
  onProgress({});
  return true;
}

/** One stage that cannot go on does not hold up the others; it is tried again in the next round. */
async function backfill(context: WorkerContext, finance: FinanceDeps): Promise<void> {
  const { deps, signal } = context;
  const plans = backfillPlans(deps.source, finance);
  for (let round = 0; !signal.aborted; round += 1) {
    let isWhole = true;
    for (const planned of plans) {
      isWhole = (await backfillOnce(context, planned)) && isWhole;
    }
    if (isWhole) {
      return;
    }
    await deps.pause(Math.min(MAX_RETRY_ROUND_MS, RETRY_ROUND_MS * 2 ** round), signal);
  }
}

async function inbox(context: WorkerContext): Promise<void> {
  while (!context.signal.aborted) {
    const drained = await settle(context.deps.drainInbox(context.signal));
    if (!drained.ok && !context.signal.aborted) {
      context.deps.onFault('inbox', drained.error);
    }
    await context.sleep('inbox', SAFETY_DRAIN_MS);
  }
}

async function keepLeases({ deps, signal }: WorkerContext): Promise<void> {
  while (!signal.aborted) {
    await deps.pause(deps.settings.leaseMs / 3, signal);
    await settle(deps.renewLeases());
  }
}

/** Everything that runs for one connection: three live loops, one backfill, the inbox, the leases. */
export function startShopWorker(deps: ShopWorkerDeps, at: number): ShopWorker {
  const context = createWorkerContext(deps, at);
  const { signal } = context;
  const { sink, source, nowS, settings } = deps;
  const finance: FinanceDeps = { sink, source, nowS, pageSize: settings.pageSize, signal };
  const orders: PollDeps = {
    sink,
    nowS,
    signal,
    pageSize: settings.orderPageSize,
    ...createRecentRows(),
  };
  const products: PollDeps = { ...orders, pageSize: settings.pageSize };

  const running = Promise.allSettled([
    live(context, 'order.live', settings.pollIntervalMs, (lease) =>
      pollOrders(orders, lease, source.ordersUpdated),
    ),
    live(context, 'product.live', settings.pollIntervalMs, (lease) =>
      pollProducts(products, lease, source.productsUpdated),
    ),
    live(context, 'finance.live', settings.financeIntervalMs, (lease) =>
      pollFinance(finance, lease),
    ),
    backfill(context, finance),
    inbox(context),
    keepLeases(context),
  ]);

  return {
    wake: context.wake,
    abort: context.abort,
    stop: async () => {
      context.abort();
      await running;
      await settle(deps.releaseLeases());
    },
  };
}
