import { describe, expect, it } from '@jest/globals';
import type { Json } from './pick-fields.ts';
import { createStockReader } from './read-stock.ts';
import type { Bounds, PageAsk, SourcePage } from './shop-source.ts';
import { firstCursor } from './sync-cursor.ts';
import type { CursorState, Lease } from './sync-cursor.ts';
import { TikTokFault } from './tiktok-fault.ts';

const AT = 1_795_000_000;
const PAGE = 2;
const productId = (n: number): string => `172935200000000000${String(n)}`;

const aSku = (n: number, available: number, change: Json = {}): Json => ({
  id: `${productId(n)}1`,
  product_id: productId(n),
  total_available_quantity: available,
  total_committed_quantity: 0,
  ...change,
});

/** A shop's products with one SKU each, the log that stock goes to, and the cursor behind both. */
function aShop(count: number) {
  const stock = new Map<string, Json>();
  const products: Json[] = Array.from({ length: count }, (_, index) => {
    stock.set(productId(index + 1), aSku(index + 1, 10));
    return { id: productId(index + 1), create_time: AT - 10 + index };
  });
  const happened: string[] = [];
  const asked: (readonly string[])[] = [];
  const clock = { nowS: AT, seq: 0 };
  const limits = { listing: Number.POSITIVE_INFINITY };
  const saved: { state: CursorState } = { state: firstCursor(AT) };
  const fault: { next: Error | undefined } = { next: undefined };

  const aLease = (): Lease => ({
    get state() {
      return saved.state;
    },
    save: (change) => {
      happened.push('saved');
      saved.state = { ...saved.state, ...change };
      return Promise.resolve();
    },
  });
  const page = (rows: readonly Json[], rest: Partial<SourcePage>): SourcePage => ({
    ...{ rows, nextToken: '', totalCount: rows.length, seq: (clock.seq += 1) },
    fetchedAt: clock.nowS,
    ...rest,
  });
  const productsCreated = ({ from = 0, to = 0 }: Bounds, { pageToken }: PageAsk) => {
    const all = products.filter(({ create_time: at }) => Number(at) >= from && Number(at) < to);
    const first = Number(pageToken ?? 0);
    // As TikTok does it: not before the page that lies beyond.
    if (first + PAGE > limits.listing && all.length > limits.listing) {
      return Promise.reject(new TikTokFault('narrow_window', 'too many'));
    }
    const nextToken = first + PAGE >= all.length ? '' : String(first + PAGE);
    const rest = { nextToken, totalCount: all.length };
    return Promise.resolve(page(all.slice(first, first + PAGE), rest));
  };
  const inventory = (ids: readonly string[]) => {
    asked.push(ids);
    const error = fault.next;
    fault.next = undefined;
    if (error !== undefined) {
      return Promise.reject(error);
    }
    const wanted = [...stock.values()].filter((sku) => ids.includes(String(sku['product_id'])));
    return Promise.resolve(page(wanted, {}));
  };
  const read = createStockReader({
    source: { productsCreated, inventory },
    sink: {
      publish: ({ resource }, rows) => {
        happened.push(...rows.map((row) => `${resource} ${String(row['id']).slice(-2, -1)}`));
        return Promise.resolve();
      },
      mark: ({ resource, axis, from, through, records }) => {
        const range = `${String(from - AT)}..${String(through - AT)}`;
        happened.push(`${axis} of ${resource} ${range}: ${String(records)}`);
        return Promise.resolve();
      },
    },
    nowS: () => clock.nowS,
    ...{ pageSize: PAGE, maxPages: 10, signal: new AbortController().signal },
  });
  return {
    ...{ asked, clock, fault, limits, products, stock, aLease, read },
    state: () => saved.state,
    happened: () => happened.splice(0),
  };
}

describe('createStockReader', () => {
  it('reads all there is, then says that this is the whole history, then moves the cursor', async () => {
    const shop = aShop(3);

    await shop.read(shop.aLease());

    expect(shop.asked).toEqual([[productId(1), productId(2)], [productId(3)]]);
    expect(shop.happened()).toEqual([
      ...['inventory 1', 'inventory 2', 'inventory 3'],
      ...['update of inventory 0..0: 3', `create of inventory ${String(-AT)}..0: 3`, 'saved'],
    ]);
    expect(shop.state()).toMatchObject({ cursor: AT, done: 3, total: 3, error: null });
    expect(shop.state().finishedAt).toEqual(new Date(AT * 1000));
  });

  it('sends what has changed since, and says up to when all of it was read', async () => {
    const shop = aShop(3);
    const lease = shop.aLease();
    await shop.read(lease);
    shop.happened();

    shop.clock.nowS += 600;
    shop.stock.set(productId(2), aSku(2, 9));
    await shop.read(lease);
    shop.clock.nowS += 600;
    await shop.read(lease);

    expect(shop.happened()).toEqual([
      ...['inventory 2', 'update of inventory 0..600: 1', 'saved'],
      ...['update of inventory 600..1200: 0', 'saved'],
    ]);
  });

  it('takes no change of what is never kept for a change', async () => {
    const shop = aShop(1);
    const lease = shop.aLease();
    const promoted = (creator_name: string) =>
      aSku(1, 10, {
        total_available_inventory_distribution: {
          creator_inventory: [{ creator_name, quantity: 5 }],
        },
      });
    shop.stock.set(productId(1), promoted('PIICANARY one'));
    await shop.read(lease);
    shop.happened();

    shop.stock.set(productId(1), promoted('PIICANARY two'));
    await shop.read(lease);

    expect(shop.happened()).toEqual(['update of inventory 0..0: 0', 'saved']);
  });

  it('sends all of it anew after a day, so that what never changes does not grow too old', async () => {
    const shop = aShop(2);
    const lease = shop.aLease();
    await shop.read(lease);
    shop.clock.nowS += 86_399;
    await shop.read(lease);
    shop.happened();

    shop.clock.nowS += 1;
    await shop.read(lease);

    expect(shop.happened().slice(0, 2)).toEqual(['inventory 1', 'inventory 2']);
  });

  it('knows nothing of what was sent under another lease, nor after a reading that broke off', async () => {
    const shop = aShop(3);
    const lease = shop.aLease();
    await shop.read(lease);
    shop.happened();

    await shop.read(shop.aLease());
    expect(shop.happened().filter((word) => word.startsWith('inventory'))).toHaveLength(3);

    const again = shop.aLease();
    await shop.read(again);
    shop.happened();
    shop.fault.next = new TikTokFault('retry', 'away');
    await expect(shop.read(again)).rejects.toThrow('away');
    expect(shop.happened()).toEqual([]);
    await shop.read(again);
    expect(shop.happened().filter((word) => word.startsWith('inventory'))).toHaveLength(3);
  });

  it('reads a listing in halves where TikTok counts no further, each SKU sent once', async () => {
    const shop = aShop(7);
    shop.limits.listing = 7;
    await shop.read(shop.aLease());
    shop.happened();
    shop.limits.listing = 2;
    // So wide apart that halves of the window tell them apart.
    shop.products.forEach((product, index) => {
      Object.assign(product, { create_time: 1 + index * 250_000_000 });
    });

    await shop.read(shop.aLease());

    expect(shop.happened().filter((word) => word.startsWith('inventory'))).toHaveLength(7);
    expect(shop.state().done).toBe(7);
  });

  it('gives up where a minute holds too much', async () => {
    const shop = aShop(7);
    shop.limits.listing = 2;

    await expect(shop.read(shop.aLease())).rejects.toMatchObject({ kind: 'narrow_window' });

    expect(shop.happened()).not.toContain('saved');
  });

  it('asks for no id that is none, and reads the others', async () => {
    const shop = aShop(2);
    shop.products.push({ id: 'draft' }, { title: 'of no id' });
    Object.assign(shop.products[2] ?? {}, { create_time: AT });
    Object.assign(shop.products[3] ?? {}, { create_time: AT, id: 7 });

    await shop.read(shop.aLease());

    expect(shop.asked).toEqual([[productId(1), productId(2)]]);
    expect(shop.state().done).toBe(2);
  });
});
