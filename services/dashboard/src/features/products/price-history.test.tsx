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
      ['12', 'from 1 Mar 2026 · not listed', '£5.00', 'first read'],
    ]);
  });

  it('calls no price one of today that the listing does not tell', () => {
    const { container } = render(
      <PriceHistory
        skus={[{ ...SKU, price: null }]}
        priceHistory={[{ skuId: '11', from: '2026-03-01', price: price('10.00') }]}
      />,
    );

    expect(rowsOf(container)).toEqual([['MUG-RED11', 'from 1 Mar 2026', '£10.00', 'first read']]);
  });

  it('tells a first price from one in another currency', () => {
    const { container } = render(
      <PriceHistory
        skus={[{ ...SKU, price: price('12.00') }]}
        priceHistory={[
          { skuId: '11', from: '2026-03-01', price: { amount: '10.00', currency: 'USD' } },
          { skuId: '11', from: '2026-03-11', price: price('12.00') },
        ]}
      />,
    );

    expect(rowsOf(container).map(([, , , change]) => change)).toEqual([
      'other currency',
      'first read',
    ]);
  });

  it('shows a long history on request, and hides it again by the same button', () => {
    const { container, getByRole } = render(
      <PriceHistory
        skus={[]}
        priceHistory={Array.from({ length: 20 }, (_, day) => ({
          ...{ skuId: '11', from: `2026-03-${String(day + 1).padStart(2, '0')}` },
          price: price(`${String(day + 1)}.00`),
        }))}
      />,
    );
    const button = getByRole('button');
    button.focus();
    const state = () => [
      ...[rowsOf(container).length, button.textContent],
      ...[button.getAttribute('aria-expanded'), document.activeElement === button],
    ];
    const states = [state()];
    for (let click = 0; click < 2; click += 1) {
      fireEvent.click(button);
      states.push(state());
    }

    expect(states).toEqual([
      [12, 'All 20 prices', 'false', true],
      [20, 'Show fewer', 'true', true],
      [12, 'All 20 prices', 'false', true],
    ]);
  });
});
