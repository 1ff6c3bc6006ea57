import type { MetricValue } from '@tokometrics/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, screen } from '@testing-library/react';
import { metaOf, valueOf } from '../../api/reply.fixture.ts';
import { serve } from '../../api/server.test-support.ts';
import { show } from '../../ui/page.test-support.tsx';
import { ProductList } from './product-list.tsx';

afterEach(cleanup);
const SHOP = '01KAV5Z0000000000000000001';

const value = valueOf('units', { value: '3' });
const reply = {
  meta: metaOf(SHOP, []),
  items: ['17', ''].map((productId, index) => ({
    ...{ rank: index + 1, productId, title: `Title of ${productId}` },
    ...{ value, units: '3', share: '0.500000' },
  })),
  ...{ totals: value, notAllocated: value, nextCursor: null },
};

const nothing = () => undefined;
const shown = (body: unknown) => {
  serve({ 'GET /metrics/products': () => ({ body }) });
  return show(
    <ProductList query={{ shop: SHOP }} metric="units" onMetric={nothing} onRows={nothing} />,
  );
};

describe('ProductList', () => {
  it('leads to each product that the source names', async () => {
    await shown(reply);

    expect(await screen.findByText('Title of')).toBeTruthy();
    expect(screen.getAllByRole('link').map((link) => link.getAttribute('href'))).toEqual([
      '/products/17',
    ]);
  });

  it.each<[string, Partial<MetricValue>]>([
    ['No product was sold in this range.', { value: '0' }],
    ['No sale of a product is known in this range.', { value: '0', state: 'incomplete' }],
    ['No sale of a product is known in this range.', { value: '0', state: 'backfilling' }],
    ['No sale of a product is known in this range.', { value: '0', state: 'partial' }],
    [
      'No sale of a product is known in this range.',
      { value: '0', state: 'source_inconsistent', lacks: ['records'] },
    ],
    ['The history has not been read this far.', { value: null, reason: 'before_connection' }],
    ['Not read yet.', { value: null, reason: 'not_yet' }],
    ['Older than the two years that are kept.', { value: null, reason: 'beyond_retention' }],
  ])('says "%s" of a ranking without products: %j', async (text, change) => {
    await shown({ ...reply, items: [], totals: { ...value, ...change } });

    expect(await screen.findByText(text)).toBeTruthy();
  });
});
