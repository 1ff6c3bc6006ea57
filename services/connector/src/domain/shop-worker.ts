import { backfillPlans } from './backfill-plans.ts';
import type { PlannedBackfill } from './backfill-plans.ts';
import { pollOrders, pollProducts } from './poll-changes.ts';
import type { PollDeps } from './poll-changes.ts';
import { pollFinance, pollPayments } from './read-finance.ts';
import type { FinanceDeps } from './read-finance.ts';
import { createStockReader } from './read-stock.ts';
import { repeatProducts } from './repeat-products.ts';
import { pollUnsettled } from './read-unsettled.ts';
import { EndlessPages } from './page-guard.ts';
import { createRecentRows, remembering } from './recent-rows.ts';
import { runBackfill } from './run-backfill.ts';
import { settle } from './settle.ts';
import type { Settled } from './settle.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import { firstCursor } from './sync-cursor.ts';
import type { Lease, Stream } from './sync-cursor.ts';
import { createWorkerContext } from './worker-context.ts';
import type { Loop, ShopWorkerDeps, WorkerContext } from './worker-context.ts';

export interface ShopWorker {
  /** Runs that loop at once instead of at its next time. */
  readonly wake: (loop: Loop) => void;
  /** Ends calls and waits at once; what runs ends soon after. */
  readonly abort: () => void;
  /** Resolves when nothing of the shop runs any more. */
  readonly stop: () => Promise<void>;
}

/** What is read once an hour does not wait an hour because a call failed: soon, then less often. */
const RETRY_MS = 4_000;
const MAX_RETRY_MS = 60_000;
const MAX_BACKOFF = 16;
const RETRY_ROUND_MS = 5_000;
const MAX_RETRY_ROUND_MS = 300_000;
const SAFETY_DRAIN_MS = 60_000;
/** How often it is asked whether the list of products is due. */
const LISTING_CHECK_MS = 21_600_000;
/** How often a history that is held looks whether it may go on. */
const HELD_LOOK_MS = 1_000;
/** A listing without an end costs thousands of calls; it is not asked for again before. */
const ENDLESS_PAUSE_MS = 900_000;

async function live(
  context: WorkerContext,
  stream: Exclude<Loop, 'inbox'>,
  intervalMs: number,
  once: (lease: Lease) => Promise<number>,
): Promise<void> {
  let lease = await context.obtain(stream, firstCursor(context.at));
  let failures = 0;
  while (lease !== undefined && !context.signal.aborted) {
    if (!context.deps.isFed(stream)) {
      await context.sleep(stream, intervalMs);
      continue;
    }
    const result = await settle(once(lease));
    if (result.ok) {
      failures = 0;
      context.deps.onProgress({});
    } else {
      failures += 1;
      await context.report(stream, result.error, lease);
    }
    await context.sleep(
      stream,
      isEndless(result)
        ? ENDLESS_PAUSE_MS
        : context.deps.pace.stretch(pauseAfter(failures, intervalMs)),
    );
    lease = result.ok ? lease : await context.obtain(stream, firstCursor(context.at));
  }
}

function pauseAfter(failures: number, intervalMs: number): number {
  const longest = Math.min(intervalMs, MAX_RETRY_MS) * MAX_BACKOFF;
  return failures === 0
    ? intervalMs
    : Math.min(longest, Math.min(intervalMs, RETRY_MS) * 2 ** (failures - 1));
}

function isEndless(result: Settled<unknown>): boolean {
  return !result.ok && result.error instanceof EndlessPages;
}

/**
 * The newest orders are held by nothing: a shop that connects shall see its day. Whatever else waits for
 * them waits for no hold.
 */
function holdOf(
  { at, deps, signal }: WorkerContext,
  { stream }: PlannedBackfill,
  { lease, onHeld }: { readonly lease: Lease; readonly onHeld: () => void },
) {
  const isFirst = (): boolean => stream === 'order.backfill' && lease.state.cursor >= at;
  const isHeld = (): boolean => deps.pace.isHistoryHeld() && !isFirst();
  const whenFree = async (): Promise<void> => {
    while (isHeld() && !signal.aborted) {
      onHeld();
      await deps.pause(HELD_LOOK_MS, signal);
    }
  };
  return { isHeld, whenFree };
}

type BackfillRound = 'whole' | 'again' | 'endless';

async function backfillOnce(
  context: WorkerContext,
  planned: PlannedBackfill,
  sink: SnapshotSink,
  onSlice: () => void,
): Promise<BackfillRound> {
  const { deps, signal } = context;
  const lease = await context.obtain(planned.stream, planned.first(context.at));
  if (lease?.state.finishedAt !== null) {
    return 'whole';
  }
  const { onProgress, settings } = deps;
  const { maxPages } = settings;
  const pageSize = planned.stream === 'order.backfill' ? settings.orderPageSize : settings.pageSize;
  const hold = holdOf(context, planned, { lease, onHeld: onSlice });
  const run = await settle(
    runBackfill(
      planned.plan,
      { sink, pageSize, maxPages, signal, nowS: deps.nowS, onProgress, onSlice, ...hold },
      lease,
    ).then(() => lease.save({ finishedAt: new Date(deps.nowS() * 1000), error: null })),
  );
  if (!run.ok) {
    await context.report(planned.stream, run.error, lease);
    return isEndless(run) ? 'endless' : 'again';
  }
  onProgress({});
  return 'whole';
}

/** One stage that cannot go on does not hold up the others; it is tried again in a later round. */
async function backfill(
  context: WorkerContext,
  finance: FinanceDeps,
  onFirstOrders: () => void,
): Promise<void> {
  const { deps, signal } = context;
  const open = new Map(backfillPlans(deps.source, finance).map((plan) => [plan.stream, plan]));
  const notBefore = new Map<Stream, number>();
  for (let round = 0; open.size > 0 && !signal.aborted; round += 1) {
    for (const [stream, planned] of open) {
      if (deps.isFed(stream) && deps.nowS() >= (notBefore.get(stream) ?? 0)) {
        const end = await backfillOnce(context, planned, finance.sink, onFirstOrders);
        if (end === 'whole') {
          open.delete(stream);
        } else if (end === 'endless') {
          notBefore.set(stream, deps.nowS() + ENDLESS_PAUSE_MS / 1000);
        }
      }
      // Whatever came of the orders: nothing else waits for them any longer.
      onFirstOrders();
    }
    if (open.size > 0) {
      await deps.pause(Math.min(MAX_RETRY_ROUND_MS, RETRY_ROUND_MS * 2 ** round), signal);
    }
  }
  onFirstOrders();
}

/** What an ending breaks off is no fault. */
function reportInbox({ deps, signal }: WorkerContext, error: unknown): void {
  if (!signal.aborted) {
    deps.onFault('inbox', error);
  }
}

async function inbox(context: WorkerContext, sink: SnapshotSink): Promise<void> {
  while (!context.signal.aborted) {
    const drained = await settle(context.deps.drainInbox(context.signal, sink));
    if (!drained.ok) {
      reportInbox(context, drained.error);
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

/** Everything that runs for one connection: seven live loops, one backfill, the inbox, the leases. */
export function startShopWorker(deps: ShopWorkerDeps, at: number): ShopWorker {
  const context = createWorkerContext(deps, at);
  const { signal } = context;
  const { source, nowS, settings } = deps;
  const recent = createRecentRows();
  const sink = remembering(deps.sink, recent);
  const { pageSize, maxPages } = settings;
  const finance: FinanceDeps = { sink, source, nowS, pageSize, maxPages, signal };
  const firstOrders = Promise.withResolvers<undefined>();
  const orders: PollDeps = {
    sink,
    nowS,
    signal,
    maxPages,
    pageSize: settings.orderPageSize,
    isKnown: recent.isKnown,
    connectedAt: at,
  };
  const products: PollDeps = { ...orders, pageSize };
  // Past the memory of what was sent lately: thousands of SKUs would push the orders out of it.
  const whole = { sink: deps.sink, source, nowS, pageSize, maxPages, signal };
  const readStock = createStockReader(whole);

  const running = Promise.allSettled([
    live(context, 'order.live', settings.pollIntervalMs, (lease) =>
      pollOrders(orders, lease, source.ordersUpdated),
    ),
    live(context, 'product.live', settings.pollIntervalMs, (lease) =>
      pollProducts(products, lease, source.productsUpdated),
    ),
    // A shop's statements cost a call each: today's orders come first.
    firstOrders.promise.then(() =>
      live(context, 'finance.live', settings.financeIntervalMs, (lease) =>
        pollFinance(finance, lease),
      ),
    ),
    firstOrders.promise.then(() =>
      live(context, 'payment.live', settings.financeIntervalMs, (lease) =>
        pollPayments(finance, lease),
      ),
    ),
    firstOrders.promise.then(() =>
      live(context, 'inventory.live', settings.inventoryIntervalMs, readStock),
    ),
    firstOrders.promise.then(() =>
      live(context, 'unsettled.live', settings.unsettledIntervalMs, (lease) =>
        pollUnsettled(whole, lease),
      ),
    ),
    firstOrders.promise.then(() =>
      live(context, 'listing.live', LISTING_CHECK_MS, (lease) =>
        // Rows of a history in all but name: the next look is soon enough.
        deps.pace.isHistoryHeld() ? Promise.resolve(0) : repeatProducts({ ...whole, sink }, lease),
      ),
    ),
    backfill(context, finance, () => {
      firstOrders.resolve(undefined);
    }),
    inbox(context, sink),
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
