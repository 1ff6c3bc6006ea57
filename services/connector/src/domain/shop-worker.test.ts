import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tokometrics/testkit';
import { createPace } from './pace.ts';
import type { ShopSource, SourcePage } from './shop-source.ts';
import { startShopWorker } from './shop-worker.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Lease, Stream } from './sync-cursor.ts';
import { TikTokFault } from './tiktok-fault.ts';

const AT = 1_795_000_000;
const HOUR_MS = 3_600_000;
const LAG_LIMIT = 100;
const NOTHING: readonly (readonly [Stream, CursorState])[] = [];
const ALL = ['order', 'product', 'finance', 'payment', 'inventory', 'unsettled'];

let stop: (() => Promise<void>) | undefined;
// Also after a failure: a worker whose waits take no time would go on for ever.
afterEach(() => stop?.());

/** A shop without rows whose calls are listed; waits take no time, and a turn of the event loop. */
function aWorker(
  fed: Set<string>,
  refuse: (call: string) => void = () => undefined,
  { connectedAt = AT, lag = { live: 0, history: 0 }, saved = NOTHING } = {},
) {
  const calls: string[] = [];
  const cursors = new Map<Stream, CursorState>(saved);
  const read = (call: string) => (): Promise<SourcePage> => {
    calls.push(call);
    refuse(call);
    const page = { rows: [], nextToken: '', totalCount: 0, seq: calls.length, fetchedAt: AT };
    return Promise.resolve(page);
  };
  const source: ShopSource = {
    ordersUpdated: read('orders'),
    ordersCreated: read('orders.history'),
    ordersById: read('orders.detail'),
    productsUpdated: read('products'),
    productsCreated: read('products.history'),
    statements: read('statements'),
    payments: read('payments'),
    transactions: read('transactions'),
    inventory: read('inventory'),
    unsettled: read('unsettled'),
  };
  const leaseOf = (stream: Stream): Lease => ({
    get state() {
      return cursors.get(stream) as CursorState;
    },
    save: (change) => {
      cursors.set(stream, { ...(cursors.get(stream) as CursorState), ...change });
      return Promise.resolve();
    },
  });
  const pace = createPace(LAG_LIMIT, () => undefined);
  const consumersAre = ({ live, history }: typeof lag) => {
    pace.note({ live: [live], history: [history] });
  };
  consumersAre(lag);
  const pauses: number[] = [];
  const turn = (ms = 0) => {
    pauses.push(ms);
    return new Promise<void>((resolve) => setImmediate(resolve));
  };
  const worker = startShopWorker(
    {
      source,
      sink: { publish: () => Promise.resolve(), mark: () => Promise.resolve() },
      acquire: (stream, first) => {
        cursors.set(stream, cursors.get(stream) ?? first);
        return Promise.resolve(leaseOf(stream));
      },
      renewLeases: () => Promise.resolve(),
      releaseLeases: () => Promise.resolve(),
      drainInbox: () => Promise.resolve(),
      pace,
      isFed: (stream) => fed.has(stream.split('.')[0] ?? ''),
      nowS: () => AT + calls.length,
      pause: turn,
      settings: {
        ...{ pollIntervalMs: 1, financeIntervalMs: 1, leaseMs: 1 },
        ...{ inventoryIntervalMs: 1, unsettledIntervalMs: HOUR_MS },
        ...{ orderPageSize: 50, pageSize: 100, maxPages: 10 },
      },
      onProgress: () => undefined,
      onFault: () => undefined,
    },
    connectedAt,
  );
  stop = worker.stop;
  return { calls, cursors, pauses, consumersAre };
}

async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('startShopWorker', () => {
  it('reads orders on while finance lacks its permission, and finance once it is granted', async () => {
    const fed = new Set(['order', 'product']);
    const { calls, cursors } = aWorker(fed);
    const has = (call: string) => calls.filter((one) => one === call).length;

    await eventually(() => {
      expect(has('orders')).toBeGreaterThan(5);
      expect(cursors.get('product.backfill')?.finishedAt).not.toBeNull();
    });
    expect(has('statements')).toBe(0);
    const orders = has('orders');

    fed.add('finance');
    await eventually(() => {
      expect(cursors.get('finance.backfill')?.finishedAt).toBeInstanceOf(Date);
      expect(cursors.get('finance.live')?.error).toBeNull();
    });

    expect(has('orders')).toBeGreaterThan(orders);
  });

  it('asks for nothing at all while no permission is left', async () => {
    const fed = new Set(ALL);
    const { calls } = aWorker(fed);
    await eventually(() => {
      expect(calls.length).toBeGreaterThan(10);
    });

    fed.clear();
    await turns(50);
    const before = calls.length;
    await turns(50);

    expect(calls).toHaveLength(before);
  });

  it('says which permission a refused stream lacks, and clears it when the call passes again', async () => {
    let isRefused = true;
    const fed = new Set(ALL);
    const { cursors } = aWorker(fed, (call) => {
      if (isRefused && call === 'statements') {
        throw new TikTokFault('scope_missing', 'refused');
      }
    });
    await eventually(() => {
      expect(cursors.get('finance.live')?.error).toBe('shop.scope_missing');
      expect(cursors.get('order.backfill')?.finishedAt).toBeInstanceOf(Date);
      // Payments hang on no statement.
      expect(cursors.get('payment.live')?.cursor).toBeGreaterThan(AT);
      expect(cursors.get('payment.backfill')?.finishedAt).toBeInstanceOf(Date);
      // And stock and estimates hang on neither.
      expect(cursors.get('inventory.live')?.finishedAt).toBeInstanceOf(Date);
      expect(cursors.get('unsettled.live')?.finishedAt).toBeInstanceOf(Date);
    });

    isRefused = false;

    await eventually(() => {
      expect(cursors.get('finance.live')?.error).toBeNull();
      expect(cursors.get('finance.backfill')?.finishedAt).toBeInstanceOf(Date);
    });
  });

  it('tries what is read once an hour again after seconds, and then less and less often', async () => {
    let refusals = 9;
    const { cursors, pauses } = aWorker(new Set(['order', 'unsettled']), (call) => {
      if (call === 'unsettled' && refusals > 0) {
        refusals -= 1;
        throw new TikTokFault('retry', 'away');
      }
    });

    await eventually(() => {
      expect(cursors.get('unsettled.live')?.finishedAt).toBeInstanceOf(Date);
      expect(pauses).toContain(HOUR_MS);
    });

    const seconds = [4, 8, 16, 32, 64, 128, 256, 512, 960, 3600];
    const later = pauses.filter((ms) => seconds.includes(ms / 1000));
    expect(later.map((ms) => ms / 1000).slice(0, seconds.length)).toEqual(seconds);
  });

  it('reads the whole list of products once a month has gone by, and not again with each look', async () => {
    const { calls, cursors, pauses } = aWorker(new Set(['product', 'listing']), undefined, {
      connectedAt: AT - 31 * 86_400,
    });
    const looks = () => pauses.filter((ms) => ms === 6 * HOUR_MS).length;
    const listings = () => calls.filter((call) => call === 'products.history').length;

    await eventually(() => {
      expect(cursors.get('product.backfill')?.finishedAt).toBeInstanceOf(Date);
      expect(looks()).toBeGreaterThan(2);
    });
    const before = listings();
    const looksBefore = looks();
    await eventually(() => {
      expect(looks()).toBeGreaterThan(looksBefore + 5);
    });

    expect(cursors.get('listing.live')?.cursor).toBeGreaterThanOrEqual(AT);
    expect(listings()).toBe(before);
  });
});

describe('startShopWorker while consumers are behind', () => {
  const historyOf = (calls: readonly string[]) => calls.filter((call) => call.includes('history'));

  it('reads the newest orders and polls on, no more of the history, and all of it in the end', async () => {
    // The stock reader asks for the list of products as well.
    const fed = new Set(ALL.filter((stream) => stream !== 'inventory'));
    const { calls, cursors, consumersAre } = aWorker(fed, undefined, {
      lag: { live: 0, history: LAG_LIMIT + 1 },
    });
    await eventually(() => {
      expect(cursors.get('order.backfill')?.cursor).toBeLessThan(AT);
      // What waits for the first orders waits for no hold.
      expect(cursors.get('finance.live')?.cursor).toBeGreaterThan(AT);
      expect(cursors.get('unsettled.live')?.finishedAt).toBeInstanceOf(Date);
    });
    await turns(20);
    const history = historyOf(calls);
    const before = calls.length;
    await turns(50);
    expect(historyOf(calls)).toEqual(history);
    expect(calls.length).toBeGreaterThan(before);
    expect(cursors.get('order.backfill')).toMatchObject({ finishedAt: null, error: null });

    // Not before half of the limit is left.
    consumersAre({ live: 0, history: LAG_LIMIT / 2 });
    await turns(50);
    expect(historyOf(calls)).toEqual(history);

    consumersAre({ live: 0, history: LAG_LIMIT / 2 - 1 });
    await eventually(() => {
      for (const stream of ['order', 'product', 'finance', 'payment'] as const) {
        expect(cursors.get(`${stream}.backfill`)?.finishedAt).toBeInstanceOf(Date);
      }
    });
  });

  it('holds a history that was begun before a restart, and nothing else', async () => {
    const begun = firstCursor(AT - 86_400, { cut: AT - 90 * 86_400, widthS: 86_400 });
    const { calls, cursors } = aWorker(new Set(ALL), undefined, {
      lag: { live: 0, history: LAG_LIMIT + 1 },
      saved: [['order.backfill', begun]],
    });

    await eventually(() => {
      expect(cursors.get('finance.live')?.cursor).toBeGreaterThan(AT);
      expect(calls.filter((call) => call === 'orders').length).toBeGreaterThan(10);
    });

    expect(calls.filter((call) => call === 'orders.history')).toEqual([]);
    expect(cursors.get('order.backfill')).toEqual(begun);
  });

  it('polls at half its rate while live is behind, and as before afterwards', async () => {
    const { pauses, consumersAre } = aWorker(new Set(ALL), undefined, {
      lag: { live: LAG_LIMIT + 1, history: 0 },
    });
    await eventually(() => {
      expect(pauses).toContain(2 * HOUR_MS);
    });
    expect(pauses).not.toContain(HOUR_MS);

    consumersAre({ live: 0, history: 0 });
    pauses.length = 0;

    await eventually(() => {
      expect(pauses).toContain(HOUR_MS);
    });
    expect(pauses).not.toContain(2 * HOUR_MS);
  });

  it('leaves the whole list of products for later', async () => {
    const { calls, cursors, pauses, consumersAre } = aWorker(
      new Set(['product', 'listing']),
      undefined,
      { connectedAt: AT - 31 * 86_400, lag: { live: 0, history: LAG_LIMIT + 1 } },
    );
    await eventually(() => {
      expect(pauses.filter((ms) => ms === 6 * HOUR_MS).length).toBeGreaterThan(2);
    });
    expect(historyOf(calls)).toEqual([]);

    consumersAre({ live: 0, history: 0 });

    await eventually(() => {
      expect(cursors.get('listing.live')?.cursor).toBeGreaterThanOrEqual(AT);
    });
  });
});
