import { describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import type { Resource } from '@tokometrics/contracts';
import { aMerchantId, aShopKey } from '@tokometrics/testkit';
import type { Completeness } from './completeness.ts';
import { readOrder, readOrders } from './read-orders.ts';
import type { OrdersDeps } from './read-orders.ts';

const merchantId = aMerchantId();
const shopKey = aShopKey();
const NOW = '2026-11-24T15:30:00Z';
const at = (instant: string): number => Date.parse(instant) / 1000;
const complete = new Map<Resource, Completeness>(
  RESOURCES.map((resource) => {
    const through = at(resource === 'transaction' ? '2026-11-23T06:00:00Z' : NOW);
    return [resource, { create: [], update: [{ from: 0, through }] }];
  }),
);
const COLUMNS = {
  ...{
    stored_on: '2026-11-20',
    order_id: '7',
    created: at('2026-11-20T03:00:00Z'),
    sold: null,
    is_sale: 0,
  },
  ...{ status: 'UNPAID', is_cod: 0, is_sample: 0, is_replacement: 0, is_exchange: 0 },
  ...{
    is_on_hold: 0,
    is_cancelled: 0,
    currency: 'GBP',
    n_units: '1',
    gross: '5',
    before_refunds: '5',
  },
};
const DETAIL = {
  ...COLUMNS,
  ...{ updated: COLUMNS.created, paid: null, cancelled_at: null, has_cancel: 0, shipped: null },
  ...{ ship_by: null, delivered: null, cancellation_initiator: '', cancel_reason: '' },
  ...{ seller_discount_text: '0', platform_discount_text: '0', shipping_text: '0' },
  ...{ tax_text: '0', total_text: '5', product_ids: [], sku_ids: [], seller_skus: [] },
  ...{ line_statuses: [], gifts: [], original_prices: [], line_seller_discounts: [] },
  line_platform_discounts: [],
};

/** A shop that notes what it is asked for and in which order; `known` takes a while. */
function aShop(change: Partial<OrdersDeps> = {}) {
  const asked: string[] = [];
  const note = <T>(name: string, answer: T): Promise<T> => {
    asked.push(name);
    return Promise.resolve(answer);
  };
  const deps: OrdersDeps = {
    findShop: () => ({
      ...{ v: 1, shopKey, merchantId, epoch: 1, authKey: shopKey, state: 'connected' },
      ...{ region: 'GB', timezone: 'Europe/London', currency: 'GBP' },
      ...{ connectedAt: NOW, at: NOW },
    }),
    isFenced: () => false,
    known: async () => {
      await Promise.resolve();
      return note('known', { complete, gaps: [], revision: 1 });
    },
    now: () => new Date(NOW),
    ordersPage: () => note('page', [COLUMNS]),
    orderRefunds: () => note('refunds', []),
    orderStatuses: () => note('statuses', []),
    orderDetail: () => note('order', DETAIL),
    orderTransactions: () => note('transactions', []),
    productTitles: () => note('titles', []),
    cursors: { encode: () => '', decode: () => [] },
    ...change,
  };
  return { asked, deps };
}

describe('orders', () => {
  it('are read behind what is known to be complete of them', async () => {
    const { asked, deps } = aShop();

    await readOrders(deps, merchantId, { shop: shopKey, limit: 50 });

    expect(asked).toEqual(['known', 'page', 'statuses', 'refunds']);
  });

  it('are less what was paid back in their own currency, of the day that they are stored on', async () => {
    const own = { stored_on: '2026-11-20', order_id: '7', currency: 'GBP', refunded: '1.5' };
    const refunds = [
      ...[own, { ...own, currency: 'USD' }, { ...own, order_id: '8' }],
      { ...own, stored_on: '2026-11-19' },
    ];
    const { deps } = aShop({ orderRefunds: () => Promise.resolve(refunds) });

    const { items } = await readOrders(deps, merchantId, { shop: shopKey, limit: 50 });

    expect(items.map(({ net }) => net)).toEqual([{ amount: '3.50', currency: 'GBP' }]);
  });

  it('ask for no refunds where there is no order', async () => {
    const { asked, deps } = aShop({ ordersPage: () => Promise.resolve([]) });

    await readOrders(deps, merchantId, { shop: shopKey, limit: 50 });

    expect(asked).toEqual(['known', 'statuses']);
  });
});

describe('one order', () => {
  it('is read behind what is known to be complete, and says how far that is', async () => {
    const { asked, deps } = aShop();

    const { freshness } = await readOrder(deps, merchantId, { shop: shopKey, orderId: '7' });

    expect(asked).toEqual(['known', 'order', 'transactions']);
    expect(freshness.map((one) => [one.resource, one.completeThrough, one.stale])).toEqual([
      ['order', '2026-11-24T15:30:00.000Z', false],
      ['transaction', '2026-11-23T06:00:00.000Z', true],
    ]);
  });
});
