import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { ProductList } from './product-list.tsx';

afterEach(cleanup);
const SHOP = '01KAV5Z0000000000000000001';

const value = {
  ...{ metric: 'units', value: '3', unit: 'count', basis: 'activity', state: 'complete' },
  ...{ timezone: 'Europe/London', definitionVersion: 1, completeThrough: null, stale: false },
};
const instants = { fromInstant: '2026-11-16T00:00:00Z', toInstant: '2026-11-23T00:00:00Z' };
const reply = {
  meta: {
    ...{ shopKey: SHOP, compare: null, grain: 'day', basis: 'activity', currency: 'GBP' },
    window: { from: '2026-11-16', to: '2026-11-23', ...instants, open: false },
    ...{ timezone: 'Europe/London', freshness: [], demo: false },
  },
  items: ['17', ''].map((productId, index) => ({
    ...{ rank: index + 1, productId, title: `Title of ${productId}` },
    ...{ value, units: '3', share: '0.500000' },
  })),
  ...{ totals: value, notAllocated: value, nextCursor: null },
};

describe('ProductList', () => {
  it('leads to each product that the source names', async () => {
    serve({ 'GET /metrics/products': () => ({ body: reply }) });
    const nothing = () => undefined;

    await show(
      <ProductList query={{ shop: SHOP }} metric="units" onMetric={nothing} onRows={nothing} />,
    );

    expect(await screen.findByText('Title of')).toBeTruthy();
    expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([
      '/products/17',
    ]);
  });
});
