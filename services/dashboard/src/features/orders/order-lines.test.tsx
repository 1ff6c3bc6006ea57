import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup } from '@testing-library/react';
import { show } from '../../ui/page.test-support.tsx';
import { OrderLines } from './order-lines.tsx';

afterEach(cleanup);

const none = { amount: '0.00', currency: 'GBP' };
const line = (productId: string) => ({
  ...{ productId, title: `Title of ${productId}`, skuId: '1', sellerSku: '', status: 'COMPLETED' },
  ...{ quantity: 1, isGift: false },
  ...{ originalPrice: none, sellerDiscount: none, platformDiscount: none },
});

describe('OrderLines', () => {
  it('leads to the product, where the id can be that of one', async () => {
    const { container } = await show(<OrderLines lines={['17', '', 'P1'].map(line)} />);

    const cells = [...container.querySelectorAll('[data-label="Product"]')];
    expect(cells.map((cell) => cell.querySelector('a')?.getAttribute('href'))).toEqual([
      '/products/17',
      undefined,
      undefined,
    ]);
    expect(cells.map((cell) => cell.textContent)).toEqual([
      'Title of 171',
      'Title of 1',
      'Title of P11',
    ]);
  });
});
