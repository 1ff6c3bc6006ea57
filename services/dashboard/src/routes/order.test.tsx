import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { read } from '../api/reply.fixture.ts';
import { openPage, SHOP } from './app-page.test-support.tsx';

afterEach(cleanup);

const open = (freshness: readonly unknown[]) =>
  openPage('/orders/577', {
    'GET /orders/577': () => ({
      body: {
        ...{ orderId: '577', shopKey: SHOP, createTime: '2026-03-20T10:00:00Z', saleTime: null },
        ...{ status: 'DELIVERED', flags: [], units: 1 },
        ...{ gross: { amount: '2.00', currency: 'GBP' }, net: { amount: '1.00', currency: 'GBP' } },
        ...{ freshness, times: [], amounts: [], cancellation: null, lines: [], transactions: [] },
      },
    }),
  });
const line = async () => (await screen.findByLabelText('Refresh')).parentElement?.textContent;
const unread = (from: string | null, through: string) => ({
  unread: { records: 1, from, through },
});

describe('the page of an order', () => {
  it('says how far orders and statements were read', async () => {
    await open([read('order'), read('transaction', { completeThrough: '2026-03-22T12:00:00Z' })]);

    expect(await line()).toBe('Complete through 22 Mar 2026, 12:00');
    expect(screen.queryByText(/could not be understood/)).toBeNull();
    expect(screen.getByText(/No statement carries this order yet/)).toBeTruthy();
  });

  it('says that what could not be understood may be a newer state of it', async () => {
    const change = unread('2026-03-20T10:00:00Z', '2026-03-21T10:00:00Z');
    await open([read('order', change), read('transaction', { stale: true })]);

    expect(await line()).toBe(
      'Changes read through 23 Mar 2026, 12:00, records missing, not fresh',
    );
    expect(screen.getByText(/They may hold a newer state of this order/)).toBeTruthy();
    expect(screen.getByText('1 order, from 20 Mar 2026 to 21 Mar 2026.')).toBeTruthy();
  });

  it.each([
    ['placed later', unread('2026-03-20T10:00:01Z', '2026-03-21T10:00:00Z')],
    ['changed last before it was placed', unread(null, '2026-03-20T09:59:59Z')],
  ])('says nothing of what was %s', async (_, change) => {
    await open([read('order', change), read('transaction')]);

    expect(await line()).toContain('Complete through');
    expect(screen.queryByText(/could not be understood/)).toBeNull();
  });

  it.each([
    { stale: true },
    { historyDone: false, historyFrom: '2026-03-21T00:00:00Z' },
    unread(null, '2026-03-22T10:00:00Z'),
  ])('speaks of statements that have been read where there may be others: %j', async (change) => {
    await open([read('order'), read('transaction', change)]);

    expect(await screen.findByText(/No statement that has been read carries/)).toBeTruthy();
  });

  it('is there also while nothing of statements has been read', async () => {
    await open([read('order')]);

    expect(await screen.findByText(/No statement that has been read carries/)).toBeTruthy();
  });
});
