import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import { aMerchantId, aShopKey } from '@tokometrics/testkit';
import type { Completeness } from './completeness.ts';
import { readProduct } from './read-product.ts';
import type { ProductDeps } from './read-product.ts';
import type { WindowRequest } from './query-window.ts';
import { NO_SUMS } from './sums.ts';

const merchantId = aMerchantId();
const shopKey = aShopKey();
const at = (instant: string): number => Date.parse(instant) / 1000;
const NOW = '2026-11-24T15:30:00Z';
/** Nothing before this is loaded. */
const SINCE = '2026-11-20T00:00:00Z';
const SKU = { skuId: '21', sellerSku: 'A', status: 'NORMAL', price: '5', currency: 'GBP' };
const LISTING = { title: 'Mug', status: 'ACTIVATE', seenDate: '2026-11-22', skus: [SKU] };

function aPlace(change: Partial<ProductDeps> = {}) {
  const asked: string[] = [];
  const complete = new Map<Resource, Completeness>(
    RESOURCES.map((resource) => [
      resource,
      {
        create: [{ from: at(SINCE), through: at(NOW) }],
        update: [{ from: at(NOW), through: at(NOW) }],
      },
    ]),
  );
  const deps: ProductDeps = {
    findShop: () => ({
      ...{ v: 1, shopKey, merchantId, epoch: 1, authKey: shopKey, state: 'connected' },
      ...{ region: 'GB', timezone: 'Europe/London', currency: 'GBP' },
      ...{ connectedAt: SINCE, at: SINCE },
    }),
    isFenced: () => false,
    known: () => Promise.resolve({ complete, gaps: [], revision: 1 }),
    now: () => new Date(NOW),
    figuresByDay: () => Promise.resolve([]),
    figuresByHour: () => Promise.resolve([]),
    figuresOfPartHour: () => Promise.resolve([]),
    productByDay: () => Promise.resolve([]),
    productListing: () => Promise.resolve(LISTING),
    isProductSold: () => {
      asked.push('sold');
      return Promise.resolve(false);
    },
    isProductOrdered: () => {
      asked.push('ordered');
      return Promise.resolve(false);
    },
    skuPrices: () => Promise.resolve([]),
    skuStock: ({ skuIds }) => {
      asked.push(`stock of ${skuIds.join()}`);
      return Promise.resolve([]);
    },
    ...change,
  };
  const read = (range: WindowRequest) =>
    readProduct(deps, merchantId, {
      ...{ shop: shopKey, productId: '1', metric: 'gross_sales', basis: 'activity' },
      ...{ compare: 'none', ...range },
    });
  return { asked, read };
}
const LOADED = { from: '2026-11-21', to: '2026-11-23' };

describe('one product', () => {
  it('is known by its listing, and then nobody asks whether it was sold or ordered', async () => {
    const { asked, read } = aPlace();

    expect(await read(LOADED)).toMatchObject({ title: 'Mug', seenDate: '2026-11-22' });
    expect(asked).toEqual(['stock of 21']);
  });

  it('is known without one where it was sold, else where it is in an order, and else is not there', async () => {
    const productListing = () => Promise.resolve(undefined);
    const sold = aPlace({ productListing, isProductSold: () => Promise.resolve(true) });
    const ordered = aPlace({ productListing, isProductOrdered: () => Promise.resolve(true) });
    const unknown = aPlace({ productListing });

    for (const { read } of [sold, ordered]) {
      expect(await read(LOADED)).toMatchObject({ title: '1', status: '', seenDate: null });
    }
    expect([sold.asked, ordered.asked]).toEqual([[], ['sold']]);
    await expect(unknown.read(LOADED)).rejects.toMatchObject({ code: 'resource.not_found' });
    expect(unknown.asked).toEqual(['sold', 'ordered']);
  });

  it('has the prices of all SKUs, and the stock of those that it lists, each once', async () => {
    const price = (skuId: string, day: string) => ({ skuId, day, price: '5', currency: 'GBP' });
    const { asked, read } = aPlace({
      productListing: () => Promise.resolve({ ...LISTING, skus: [SKU, SKU] }),
      skuPrices: () =>
        Promise.resolve([
          price('21', '2026-11-01'),
          price('22', '2026-11-01'),
          price('22', '2026-11-02'),
        ]),
    });

    const { priceHistory } = await read(LOADED);

    expect(asked).toEqual(['stock of 21']);
    expect(priceHistory).toEqual([
      { skuId: '21', from: '2026-11-01', price: { amount: '5.00', currency: 'GBP' } },
      { skuId: '22', from: '2026-11-01', price: { amount: '5.00', currency: 'GBP' } },
    ]);
  });

  it('says how far the list of products and the stock have been read', async () => {
    const complete = new Map<Resource, Completeness>(
      RESOURCES.map((resource) => {
        const through = at(resource === 'inventory' ? '2026-11-24T09:00:00Z' : NOW);
        return [resource, { create: [], update: [{ from: 0, through }] }];
      }),
    );
    const unread = { resource: 'product' as const, records: 2, fromS: 0, throughS: at(NOW) };
    const { read } = aPlace({
      known: () => Promise.resolve({ complete, gaps: [unread], revision: 1 }),
    });

    const { listing } = await read(LOADED);

    const through = '2026-11-24T15:30:00.000Z';
    expect(listing).toMatchObject([
      { resource: 'product', completeThrough: through, stale: false, unread: { records: 2 } },
      {
        ...{ resource: 'inventory', completeThrough: '2026-11-24T09:00:00.000Z' },
        ...{ stale: true, unread: null },
      },
    ]);
  });

  it('asks for stock while prices are read', async () => {
    const order: string[] = [];
    const stock = Promise.withResolvers<undefined>();
    const { read } = aPlace({
      skuPrices: async () => {
        await stock.promise;
        order.push('prices');
        return [];
      },
      skuStock: () => {
        order.push('stock');
        stock.resolve(undefined);
        return Promise.resolve([]);
      },
    });

    await read(LOADED);

    expect(order).toEqual(['stock', 'prices']);
  });

  it('has no price of a SKU of which the source told none', async () => {
    const skus = ['0', '0.0000', '0.01'].map((price) => ({ ...SKU, price }));
    const { read } = aPlace({ productListing: () => Promise.resolve({ ...LISTING, skus }) });

    const { skus: shown } = await read(LOADED);

    expect(shown.map(({ price }) => price)).toEqual([
      null,
      null,
      { amount: '0.01', currency: 'GBP' },
    ]);
  });

  it('is shown by days over a range that has too many hours', async () => {
    const { meta, main } = await aPlace().read({ range: '91d', grain: 'hour' });

    expect([meta.grain, main.points.length]).toEqual(['day', 91]);
  });

  it('is shown in one currency, and no day of it in another', async () => {
    const sold = (day: string, currency: string) => ({
      ...{ storedOn: day, at: day },
      sums: { ...NO_SUMS, grossSales: 90_000n, units: 1n, currency, rows: 1 },
    });
    const { read } = aPlace({
      productByDay: () => Promise.resolve([sold('2026-11-21', 'GBP'), sold('2026-11-22', 'USD')]),
    });

    const { main } = await read(LOADED);

    expect(main).toMatchObject({ value: '9.00', currency: 'GBP' });
    expect(main.points.map(({ value, reason }) => value ?? reason)).toEqual([
      ...['9.00', 'mixed_currency'],
    ]);
  });

  it.each([
    ['days that are loaded', LOADED, ['9.00', undefined], ['9.00', '0.00']],
    [
      'days before the history, of which single rows are known',
      { from: '2026-11-17', to: '2026-11-19' },
      [null, 'before_connection'],
      ['before_connection', 'before_connection'],
    ],
    [
      'days to come',
      { from: '2026-11-24', to: '2026-11-26' },
      ['9.00', undefined],
      ['9.00', 'not_yet'],
    ],
  ])('shows of %s what is known of them', async (_what, range, total, days) => {
    const sums = { ...NO_SUMS, grossSales: 90_000n, units: 1n, currency: 'GBP', rows: 1 };
    const sale = { storedOn: range.from, at: range.from, sums };
    const { read } = aPlace({ productByDay: () => Promise.resolve([sale]) });

    const { values, main } = await read(range);

    expect([values[0]?.value, values[0]?.reason]).toEqual(total);
    expect([main.value, main.reason]).toEqual(total);
    expect(main.points.map(({ value, reason }) => value ?? reason)).toEqual(days);
  });
});
