import type { OrdersReply } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { metaOf, read } from '../api/reply.fixture.ts';
import { openPage, OTHER_SHOP, SHOP } from './app-page.test-support.tsx';

afterEach(cleanup);

type Freshness = OrdersReply['meta']['freshness'][number];
const WHOLE = [read('order'), read('transaction'), read('product')];

const order = (orderId: string) => ({
  ...{ orderId, shopKey: SHOP, createTime: '2026-03-20T10:00:00Z', saleTime: null },
  ...{ status: 'DELIVERED', flags: [], units: 1 },
  ...{ gross: { amount: '2.00', currency: 'GBP' }, net: { amount: '1.00', currency: 'GBP' } },
});
const replyOf = (shopKey: string, freshness: Freshness[], ...ids: string[]) => ({
  body: {
    meta: metaOf(shopKey, freshness),
    ...{ items: ids.map(order), statuses: [], nextCursor: null },
  },
});
const open = (address: string, freshness: Freshness[], ...ids: string[]) =>
  openPage(address, { 'GET /orders': () => replyOf(SHOP, freshness, ...ids) });

const UNREAD = { records: 2, from: '2026-03-10T10:00:00Z', through: '2026-03-11T10:00:00Z' };
const EARLIER = { records: 2, from: '2026-02-10T10:00:00Z', through: '2026-02-11T10:00:00Z' };

describe('the end of the list of orders', () => {
  it.each<[string, Freshness]>([
    ['all was read', read('order')],
    [
      'the history reaches beyond these days',
      read('order', { historyDone: false, historyFrom: '2026-02-28T00:00:00Z' }),
    ],
    ['what could not be understood is of other days', read('order', { unread: EARLIER })],
  ])('says "all" where %s', async (_, orders) => {
    await open('/orders', [orders, read('transaction')], '577');

    expect(await screen.findByText('That is all of them.')).toBeTruthy();
  });

  it.each<[string, Freshness]>([
    ['was never read', read('order', { completeThrough: null, historyFrom: null, stale: true })],
    ['is loading', read('order', { historyDone: false, historyFrom: '2026-03-10T00:00:00Z' })],
    ['is stale', read('order', { stale: true })],
    ['lacks records', read('order', { unread: UNREAD })],
    ['lacks records of any day', read('order', { unread: { ...UNREAD, from: null } })],
    ['is not told of', read('product')],
  ])('says what was read so far where it %s', async (_, orders) => {
    await open('/orders', [orders, read('transaction')], '577');

    expect(await screen.findByText('All that has been read so far.')).toBeTruthy();
  });
});

describe('a list of orders without any', () => {
  const lacking = [read('order', { stale: true }), read('transaction')];

  it.each([
    ['/orders', WHOLE, 'No orders yet'],
    ['/orders', lacking, 'No order has been read yet'],
    ['/orders?status=DELIVERED', WHOLE, 'No order fits these filters'],
    ['/orders?status=DELIVERED', lacking, 'No order that has been read fits these filters'],
  ])('says what is true of it: %s %#', async (address, freshness, title) => {
    await open(address, freshness);

    expect(await screen.findByText(title)).toBeTruthy();
  });

  it('says nothing of filters whose answer is not there yet', async () => {
    const { seen, goTo } = await open('/orders?status=DELIVERED', WHOLE);
    await screen.findByText('No order fits these filters');
    globalThis.fetch = () => new Promise(() => undefined);

    await goTo('/orders');

    await waitFor(() => expect(screen.queryByText('No order fits these filters')).toBeNull());
    expect(screen.queryByText('No orders yet')).toBeNull();
    expect(seen.some(({ path }) => path === '/orders')).toBe(true);
  });
});

describe('the head of the list of orders', () => {
  const line = () => screen.getByLabelText('Refresh').parentElement?.textContent;

  it('says how far orders and their statements were read, and nothing else', async () => {
    await open(
      '/orders',
      [...WHOLE.slice(0, 2), read('product', { completeThrough: null })],
      '577',
    );
    await screen.findByText('577');

    expect(line()).toBe('Complete through 23 Mar 2026, 12:00');
    expect(screen.queryByText(/could not be understood/)).toBeNull();
  });

  it('says what is still to be read, and what could not be understood', async () => {
    const loading = { historyDone: false, historyFrom: null };
    const freshness = [read('order', { unread: UNREAD }), read('transaction', loading)];
    await open('/orders', freshness, '577');
    await screen.findByText('577');

    expect(line()).toBe(
      'Changes read through 23 Mar 2026, 12:00, history still loading, records missing',
    );
    expect(screen.getByText(/What they say is not in this list yet/)).toBeTruthy();
    expect(screen.getByText('2 orders, from 10 Mar 2026 to 11 Mar 2026.')).toBeTruthy();
  });
});

describe('another shop', () => {
  it('is never shown the orders of the one before', async () => {
    const { goTo } = await openPage(`/orders?shop=${SHOP}`, {
      'GET /orders': ({ query }) => replyOf(query.get('shop') ?? '', WHOLE, '577'),
    });
    await screen.findByText('577');
    globalThis.fetch = () => new Promise(() => undefined);

    await goTo(`/orders?shop=${OTHER_SHOP}`);

    await waitFor(() => expect(screen.queryByText('577')).toBeNull());
  });
});
