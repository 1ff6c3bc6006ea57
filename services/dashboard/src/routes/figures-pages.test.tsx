import type { MetricValue } from '@tokometrics/contracts';
import { METRICS, productMetric } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen, waitFor } from '@testing-library/react';
import { deltaTo, metaOf, read, valueOf } from '../api/reply.fixture.ts';
import { openPage, OTHER_SHOP, SHOP } from './app-page.test-support.tsx';

afterEach(cleanup);

const UNREAD = { records: 2, from: '2026-03-10T10:00:00Z', through: '2026-03-10T11:00:00Z' };
const FRESHNESS = [read('order', { unread: UNREAD }), read('transaction')];
const MISSING = 'records that could not be understood are missing';
const line = async () => (await screen.findByLabelText('Refresh')).parentElement?.textContent;

const series = (value: string | null, change: Partial<MetricValue> = {}) => ({
  ...valueOf('orders', { value, ...change }),
  points: [
    {
      ...{ from: '2026-03-23T00:00:00Z', to: '2026-03-23T01:00:00Z', date: '2026-03-23', value },
      ...(change.reason === undefined ? {} : { reason: change.reason }),
    },
  ],
});

describe('Today', () => {
  const open = (days: { yesterday?: unknown; lastWeek?: unknown } = {}, freshness = FRESHNESS) =>
    openPage('/today', {
      'GET /metrics/today': () => ({
        body: {
          meta: metaOf(SHOP, freshness, { grain: 'hour' }),
          ...{ today: series('3'), yesterday: series('4'), lastWeek: series('507'), ...days },
          tiles: METRICS.map((metric) => ({
            value: valueOf(metric),
            delta: deltaTo(valueOf(metric)),
          })),
          statusCounts: [],
        },
      }),
    });

  it('says of days that are known what they were', async () => {
    await open();

    expect(await line()).toContain('Complete through');
    expect(
      screen.getByText(
        'Running total by hour: 3 so far today, 4 on all of yesterday, 507 on the same weekday last week.',
      ),
    ).toBeTruthy();
    expect(screen.queryByText(/gave us records/)).toBeNull();
  });

  it.each([
    ['No order has been placed today yet.', { unread: null }],
    ['No order of today has been read so far.', { stale: true }],
    ['No order of today has been read so far.', { unread: UNREAD }],
  ])('says "%s" only where it is known: %j', async (text, change) => {
    await open({}, [read('order', change), read('transaction')]);

    expect(await screen.findByText(text)).toBeTruthy();
  });

  it('says what the days lack that it is compared with', async () => {
    await open({
      yesterday: series(null, { reason: 'before_connection', state: 'backfilling' }),
      lastWeek: series('507', { state: 'incomplete' }),
    });

    expect(await line()).toMatch(/^Changes read through.*, history still loading, records missing/);
    expect(
      screen.getByText(
        `Running total by hour: 3 so far today, n/a (the history has not been read this far) on all of yesterday, 507 (${MISSING}) on the same weekday last week.`,
      ),
    ).toBeTruthy();
    expect(screen.getByText(/^2 orders: figures of 10 Mar 2026/)).toBeTruthy();
  });
});

describe('Overview', () => {
  const compare = { from: '2026-02-01', to: '2026-03-01' };
  const open = (baseline: Partial<MetricValue>) =>
    openPage(`/overview?shop=${SHOP}`, {
      'GET /metrics/overview': ({ query }) => ({
        body: {
          meta: metaOf(query.get('shop') ?? '', FRESHNESS, { compare }),
          tiles: METRICS.map((metric) => ({
            value: valueOf(metric),
            delta: deltaTo(valueOf(metric, baseline), { lengthMismatch: true }),
            spark: [],
          })),
          main: { current: series('5'), baseline: series('4', baseline) },
        },
      }),
    });

  it('says how many days are compared with how many', async () => {
    await open({});

    expect(await screen.findAllByText('vs 1 Feb – 28 Feb 2026, 23 days against 28')).toHaveLength(
      METRICS.length,
    );
    expect(await line()).toContain('Complete through');
  });

  it('says what the range lacks that it is compared with', async () => {
    await open({ state: 'source_inconsistent', lacks: ['records'] });

    expect(await line()).toMatch(/^Changes read through.*, records missing$/);
    expect(
      screen.getByText(new RegExp(`4 .the source contradicts itself, ${MISSING}`)),
    ).toBeTruthy();
  });

  it('shows no figure of one shop under the name of another', async () => {
    const { goTo, container } = await open({});
    await line();
    globalThis.fetch = () => new Promise(() => undefined);

    await goTo(`/overview?shop=${OTHER_SHOP}`);

    await waitFor(() => expect(container.querySelector('[data-metric]')).toBeNull());
  });
});

describe('the page of a product', () => {
  it('says what its net sales hold, and how far products and stock were read', async () => {
    const { container } = await openPage('/products/17', {
      'GET /metrics/products/17': () => ({
        body: {
          ...{ meta: metaOf(SHOP, [read('order')]), productId: '17', title: 'Lamp' },
          ...{ status: 'ACTIVATE', seenDate: '2026-03-20', priceHistory: [] },
          values: productMetric.options.map((metric) => valueOf(metric)),
          main: series('5'),
          skus: [{ skuId: '11', sellerSku: '', status: 'NORMAL', price: null }],
          listing: [read('product', { unread: UNREAD }), read('inventory', { stale: true })],
          stock: [
            {
              ...{ skuId: '11', available: 2, committed: 0, at: '2026-03-11T08:00:00Z' },
              byWarehouse: [],
            },
          ],
        },
      }),
    });

    expect(await screen.findByText(/2 products, of 10 Mar 2026/)).toBeTruthy();
    expect(screen.getByText(/The stock was read last through 23 Mar 2026, 12:00/)).toBeTruthy();
    expect(container.querySelector('[data-label="Stock as of"]')?.textContent).toContain(
      '23 Mar 2026, 12:00',
    );
    const split = [...container.querySelectorAll('[data-metric]')].filter((tile) =>
      tile.textContent.includes('not split by product'),
    );
    expect(split.map((tile) => tile.getAttribute('data-metric'))).toEqual(['net_sales']);
  });
});
