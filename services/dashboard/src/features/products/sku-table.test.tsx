import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, render } from '@testing-library/react';
import { read } from '../../api/reply.fixture.ts';
import { SkuTable } from './sku-table.tsx';

afterEach(cleanup);

const LISTED = {
  ...{ seenDate: '2026-03-11', timezone: 'Asia/Jakarta' },
  listing: [read('product'), read('inventory', { completeThrough: '2026-03-23T11:45:00Z' })],
};
const sku = (skuId: string) => ({
  ...{ skuId, sellerSku: '', status: 'NORMAL' },
  price: { amount: '10.00', currency: 'GBP' },
});
const inWarehouses = (...available: number[]) => ({
  skuId: '11',
  available: available.reduce((sum, one) => sum + one, 0),
  committed: 2,
  at: '2026-03-11T08:00:00Z',
  byWarehouse: available.map((one, index) => ({
    ...{ warehouseId: `W${String(index)}`, available: one, committed: 1 },
  })),
});
const cellsOf = (container: HTMLElement, name: string) =>
  [...container.querySelectorAll(`[data-label="${name}"]`)].map((cell) => cell.textContent);

describe('SkuTable', () => {
  it('tells a stock of nothing from one that was not read', () => {
    const { container } = render(
      <SkuTable {...LISTED} skus={[sku('11'), sku('12')]} stock={[inWarehouses(0)]} />,
    );

    expect(cellsOf(container, 'Available')).toEqual(['0', 'not read']);
    expect(cellsOf(container, 'Stock as of')).toEqual([
      '23 Mar 2026, 18:45changed 11 Mar 2026, 15:00',
      'not yet',
    ]);
  });

  it.each([[[read('product')]], [[read('inventory', { completeThrough: null })]]])(
    'does not say of a stock as of when it is where nobody knows: %#',
    (listing) => {
      const { container } = render(
        <SkuTable {...LISTED} listing={listing} skus={[sku('11')]} stock={[inWarehouses(1)]} />,
      );

      expect(cellsOf(container, 'Stock as of')).toEqual([
        'not read to its endchanged 11 Mar 2026, 15:00',
      ]);
    },
  );

  it('splits what lies in several warehouses', () => {
    const { container } = render(
      <SkuTable {...LISTED} skus={[sku('11')]} stock={[inWarehouses(3, 1200)]} />,
    );

    expect(cellsOf(container, 'Available')).toEqual(['1,2033 in W01,200 in W1']);
  });

  it('says that variants are not known of a product that is not listed', () => {
    const { container } = render(<SkuTable {...LISTED} seenDate={null} skus={[]} stock={[]} />);

    expect(container.querySelector('table')).toBeNull();
    expect(container.textContent).toContain('not in the shop’s list of products');
  });

  it('says of a listed product without variants that it has none', () => {
    const { container } = render(<SkuTable {...LISTED} skus={[]} stock={[]} />);

    expect(container.querySelector('table')).toBeNull();
    expect(container.textContent).toContain('read 11 Mar 2026, names no variants');
  });

  it('tells a price that was not read from one of nothing', () => {
    const { container } = render(
      <SkuTable {...LISTED} skus={[sku('11'), { ...sku('12'), price: null }]} stock={[]} />,
    );

    expect(cellsOf(container, 'Price')).toEqual(['£10.00', 'not read']);
  });
});
