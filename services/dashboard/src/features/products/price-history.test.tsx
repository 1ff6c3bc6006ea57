import { afterEach, describe, expect, it } from '@jest/globals';
import { cleanup, fireEvent, render } from '@testing-library/react';
import { PriceHistory } from './price-history.tsx';

afterEach(cleanup);

const SKU = { skuId: '11', sellerSku: 'MUG-RED', status: 'NORMAL' };
const price = (amount: string) => ({ amount, currency: 'GBP' });
const rowsOf = (container: HTMLElement) =>
  [...container.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('td')].map((cell) => cell.textContent),
  );

describe('PriceHistory', () => {
  it('is not there while no price was read', () => {
    const { container } = render(<PriceHistory priceHistory={[]} skus={[]} />);

    expect(container.textContent).toBe('');
  });

  it('names variants as the seller does, and those that are listed no more by their number', () => {
    const { container } = render(
      <PriceHistory
        skus={[{ ...SKU, price: price('12.00') }]}
        priceHistory={[
          { skuId: '11', from: '2026-03-01', price: price('10.00') },
          { skuId: '11', from: '2026-03-11', price: price('12.00') },
          { skuId: '12', from: '2026-03-01', price: price('5.00') },
        ]}
      />,
    );

    expect(rowsOf(container)).toEqual([
      ['MUG-RED11', 'since 11 Mar 2026', '£12.00', '+20.0%'],
      ['MUG-RED11', '1 Mar \u2013 10 Mar 2026', '£10.00', 'first read'],
      ['12', 'since 1 Mar 2026', '£5.00', 'first read'],
    ]);
  });

  it('shows a long history on request', () => {
    const { container, getByRole } = render(
      <PriceHistory
        skus={[]}
        priceHistory={Array.from({ length: 20 }, (_, day) => ({
          ...{ skuId: '11', from: `2026-03-${String(day + 1).padStart(2, '0')}` },
          price: price(`${String(day + 1)}.00`),
        }))}
      />,
    );
    const before = rowsOf(container).length;
    fireEvent.click(getByRole('button', { name: 'All 20 prices' }));

    expect([before, rowsOf(container).length]).toEqual([12, 20]);
  });
});
