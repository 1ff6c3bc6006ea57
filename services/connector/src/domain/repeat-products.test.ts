import { describe, expect, it } from '@jest/globals';
import type { Json } from './pick-fields.ts';
import { repeatProducts } from './repeat-products.ts';
import type { Bounds, PageAsk } from './shop-source.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Lease } from './sync-cursor.ts';
import { TikTokFault } from './tiktok-fault.ts';

const AT = 1_795_000_000;
const DAY_S = 86_400;
const PAGE = 2;

/** A shop connected at `AT`, whose products never change; the log that they go to, and the cursor. */
function aShop(count: number) {
  const products: Json[] = Array.from({ length: count }, (_, index) => ({
    ...{ id: `P${String(index + 1)}`, status: 'ACTIVATE' },
    ...{ create_time: AT - 10 + index, update_time: AT - 5 },
  }));
  const clock = { nowS: AT, calls: 0 };
  const fault: { next: Error | undefined } = { next: undefined };
  const sent: { id: string; at: number; seq: number; origin: string }[] = [];
  const saved: { state: CursorState } = { state: firstCursor(AT) };
  const lease: Lease = {
    get state() {
      return saved.state;
    },
    save: (change) => {
      saved.state = { ...saved.state, ...change };
      return Promise.resolve();
    },
  };
  const productsCreated = ({ from = 0, to = 0 }: Bounds, { pageToken }: PageAsk) => {
    clock.calls += 1;
    const first = Number(pageToken ?? 0);
    const error = first > 0 ? fault.next : undefined;
    if (error !== undefined) {
      fault.next = undefined;
      return Promise.reject(error);
    }
    const all = products.filter(({ create_time: at }) => Number(at) >= from && Number(at) < to);
    const nextToken = first + PAGE >= all.length ? '' : String(first + PAGE);
    const rows = all.slice(first, first + PAGE);
    const page = { rows, nextToken, totalCount: all.length, seq: clock.calls };
    return Promise.resolve({ ...page, fetchedAt: clock.nowS });
  };
  const deps = {
    source: { productsCreated },
    sink: {
      publish: (
        { origin, seq, fetchedAt }: { origin: string; seq: number; fetchedAt: number },
        rows: readonly Json[],
      ) => {
        sent.push(...rows.map(({ id }) => ({ id: String(id), at: fetchedAt, seq, origin })));
        return Promise.resolve();
      },
    },
    nowS: () => clock.nowS,
    ...{ pageSize: PAGE, maxPages: 10, signal: new AbortController().signal },
  };
  const daysOf = (wanted: string) =>
    sent.flatMap(({ id, at }) => (id === wanted ? [(at - AT) / DAY_S] : []));
  return { products, clock, fault, sent, lease, daysOf, run: () => repeatProducts(deps, lease) };
}

describe('repeatProducts', () => {
  it('asks for nothing before thirty days are over, then sends all that is listed', async () => {
    const shop = aShop(3);

    shop.clock.nowS += 30 * DAY_S - 1;
    const early = await shop.run();
    const callsBefore = shop.clock.calls;
    shop.clock.nowS += 1;
    const sent = await shop.run();
    const again = await shop.run();

    expect([early, callsBefore, sent, again]).toEqual([0, 0, 3, 0]);
    expect(shop.sent.map(({ id }) => id)).toEqual(['P1', 'P2', 'P3']);
    expect(new Set(shop.sent.map(({ origin }) => origin))).toEqual(new Set(['backfill']));
  });

  it('sends what never changes every thirty days for as long as it is listed, in few calls', async () => {
    const shop = aShop(3);

    for (let hours = 0; hours < (2 * 365 + 7) * 24; hours += 6) {
      shop.clock.nowS = AT + hours * 3_600;
      if (hours === 100 * 24) {
        shop.products.splice(0, 1);
      }
      await shop.run();
    }

    const days = shop.daysOf('P2');
    const gaps = days.map((day, at) => day - (days[at - 1] ?? 0));
    expect(Math.max(...gaps)).toBe(30);
    expect(days.at(-1)).toBe(720);
    expect(shop.daysOf('P1')).toEqual([30, 60, 90]);
    // A newer number each time: under an old one it would move nothing.
    const seqs = shop.sent.filter(({ id }) => id === 'P2').map(({ seq }) => seq);
    expect(seqs).toEqual([...new Set(seqs)].toSorted((one, other) => one - other));
    expect(shop.clock.calls).toBeLessThanOrEqual(24 * 2);
  });

  it('keeps nothing alive that the list tells to be deleted', async () => {
    const shop = aShop(3);
    Object.assign(shop.products[1] ?? {}, { status: 'DELETED' });

    shop.clock.nowS += 30 * DAY_S;
    await shop.run();

    expect(shop.sent.map(({ id }) => id)).toEqual(['P1', 'P3']);
  });

  it('begins anew what broke off, and until it is whole is due', async () => {
    const shop = aShop(3);
    shop.clock.nowS += 30 * DAY_S;
    shop.fault.next = new TikTokFault('retry', 'away');

    await expect(shop.run()).rejects.toThrow('away');
    const cursor = shop.lease.state.cursor;
    const sent = await shop.run();

    expect(cursor).toBe(AT);
    expect(sent).toBe(3);
    expect(shop.lease.state.cursor).toBe(AT + 30 * DAY_S);
  });
});
