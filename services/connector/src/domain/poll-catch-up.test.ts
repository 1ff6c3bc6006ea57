import { describe, expect, it } from '@jest/globals';
import { pollOrders } from './poll-changes.ts';
import { createRecentRows, remembering } from './recent-rows.ts';
import type { Bounds, PageAsk, SourcePage } from './shop-source.ts';
import type { SnapshotSink } from './snapshot-sink.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Lease } from './sync-cursor.ts';

const HOUR_S = 3_600;
const LOOKBACK_S = 600;
/** When the connector was there last, and when it is there again. */
const SEEN = 1_795_000_000;
const BACK = SEEN + 240 * HOUR_S;

/** One order changed in each hour, ten to a page; what was sent, marked and saved of them. */
function aShop(saved: CursorState = firstCursor(SEEN)) {
  const orders = Array.from({ length: 240 }, (_, hour) => SEEN + hour * HOUR_S + 1);
  const clock = { nowS: BACK };
  const failing = { onCall: 0, onMark: false };
  const written: string[] = [];
  let state = saved;
  let calls = 0;
  const asked: number[] = [];
  const lease: Lease = {
    get state() {
      return state;
    },
    save: (change) => {
      state = { ...state, ...change };
      return Promise.resolve();
    },
  };
  const readPage = ({ from = 0 }: Bounds, { pageSize }: PageAsk): Promise<SourcePage> => {
    calls += 1;
    if (calls === failing.onCall) {
      return Promise.reject(new Error('cut off'));
    }
    asked.push(from);
    const changed = orders.filter((at) => at >= from);
    return Promise.resolve({
      rows: changed.slice(0, pageSize).map((at) => ({ id: String(at), update_time: at })),
      nextToken: changed.length > pageSize ? 'more' : '',
      ...{ totalCount: changed.length, seq: calls, fetchedAt: clock.nowS },
    });
  };
  const recent = createRecentRows();
  const sink: SnapshotSink = {
    publish: (_reading, rows) => {
      written.push(...rows.map(({ id }) => String(id)));
      return Promise.resolve();
    },
    mark: ({ from, through }) => {
      if (failing.onMark) {
        return Promise.reject(new Error('cut off'));
      }
      written.push(`marker ${String(from)}-${String(through)}`);
      return Promise.resolve();
    },
  };
  const deps = {
    sink: remembering(sink, recent),
    ...{ nowS: () => clock.nowS, pageSize: 10, maxPages: 1_000, isKnown: recent.isKnown },
    ...{ connectedAt: SEEN, signal: new AbortController().signal },
  };
  return {
    ...{ asked, clock, failing, written },
    poll: () => pollOrders(deps, lease, readPage),
    /** Dies at a call from now on. */
    dieAfter: async (more: number) => {
      failing.onCall = calls + more + 1;
      await expect(pollOrders(deps, lease, readPage)).rejects.toThrow('cut off');
    },
    sent: () => written.filter((entry) => !entry.startsWith('marker')),
    markers: () => written.filter((entry) => entry.startsWith('marker')),
    state: () => state,
  };
}

const markerOf = (from: number, through: number) => `marker ${String(from)}-${String(through)}`;

describe('an absence that is made up for in parts', () => {
  it('is told of in one piece, and no part of it is sent twice', async () => {
    const shop = aShop();
    await shop.dieAfter(9);
    const cursor = shop.state().cursor;
    expect(shop.markers()).toEqual([]);
    // Further than the wide look-back of each day reaches.
    expect(cursor).toBeGreaterThan(SEEN + 80 * HOUR_S);

    await shop.poll();

    expect(shop.markers()).toEqual([markerOf(SEEN, BACK)]);
    expect(new Set(shop.sent()).size).toBe(240);
    expect(shop.sent()).toHaveLength(240);
    expect(shop.written.at(-1)).toBe(markerOf(SEEN, BACK));
  });

  it('is told of in one piece also after many deaths, the last of them at the marker', async () => {
    const shop = aShop({ ...firstCursor(SEEN), sweptAt: BACK });
    for (let death = 0; death < 5; death += 1) {
      await shop.dieAfter(4);
    }
    shop.failing.onMark = true;
    await expect(shop.poll()).rejects.toThrow('cut off');
    expect(shop.state().markedThrough).toBe(SEEN);

    shop.failing.onMark = false;
    shop.clock.nowS = BACK + 60;
    await shop.poll();

    expect(shop.markers()).toEqual([markerOf(SEEN, BACK + 60)]);
    expect(shop.sent()).toHaveLength(240);
    expect(shop.state()).toMatchObject({ markedThrough: BACK + 60, unmarkedSince: null });
  });

  it('speaks in the next marker of its own window alone', async () => {
    const shop = aShop();
    await shop.dieAfter(9);
    await shop.poll();

    shop.clock.nowS = BACK + 15;
    await shop.poll();

    expect(shop.markers().at(-1)).toBe(markerOf(BACK - LOOKBACK_S, BACK + 15));
  });

  it('is read once more where its first part was sent a day ago: the log may drop it unread', async () => {
    const shop = aShop();
    await shop.dieAfter(20);
    const before = shop.sent().length;
    shop.clock.nowS = BACK + 24 * HOUR_S;

    await shop.poll();

    expect(shop.sent().slice(before)).toHaveLength(240);
    expect(shop.markers()).toEqual([markerOf(SEEN - 48 * HOUR_S, BACK + 24 * HOUR_S)]);
  });

  it('is as old as the first of its parts', async () => {
    const shop = aShop({ ...firstCursor(SEEN), sweptAt: BACK });
    await shop.dieAfter(5);
    const [first, ...others] = shop.sent();
    shop.clock.nowS = BACK + 23 * HOUR_S;
    await shop.dieAfter(5);
    expect(shop.state().unmarkedSince).toBe(BACK);
    const before = shop.sent().length;
    shop.clock.nowS = BACK + 25 * HOUR_S;

    await shop.poll();

    expect(shop.sent().slice(before)).toEqual(expect.arrayContaining([first, ...others]));
  });

  it('goes on from its last part until then', async () => {
    const shop = aShop({ ...firstCursor(SEEN), sweptAt: BACK });
    await shop.dieAfter(20);
    const { cursor } = shop.state();
    shop.clock.nowS = BACK + 24 * HOUR_S - 1;
    shop.asked.length = 0;

    await shop.poll();

    expect(shop.asked[0]).toBe(cursor - LOOKBACK_S);
    expect(shop.sent()).toHaveLength(240);
  });

  it('begins at the connection where nobody has noted how far markers reached', async () => {
    const { markedThrough: _m, unmarkedSince: _u, ...old } = firstCursor(SEEN);
    const shop = aShop({ ...old, cursor: BACK - 100 * HOUR_S, sweptAt: BACK });

    await shop.poll();

    expect(shop.markers()).toEqual([markerOf(SEEN - LOOKBACK_S, BACK)]);
    expect(shop.sent()).toHaveLength(240);

    shop.clock.nowS = BACK + 15;
    await shop.poll();
    expect(shop.markers().at(-1)).toBe(markerOf(BACK - LOOKBACK_S, BACK + 15));
  });
});
