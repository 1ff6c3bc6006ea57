import { describe, expect, it } from '@jest/globals';
import { priceSpans } from './price-spans.ts';

const read = (skuId: string, from: string, amount: string, currency = 'IDR') => ({
  ...{ skuId, from },
  price: { amount, currency },
});

describe('priceSpans', () => {
  it('says how long each price held and by which part it changed, newest first', () => {
    const changes = priceSpans([
      read('1', '2026-03-01', '120000'),
      read('1', '2026-03-05', '90000'),
      read('1', '2026-04-01', '100000'),
    ]);

    expect(changes.map(({ from, to, change }) => [from, to, change])).toEqual([
      ['2026-04-01', undefined, '0.111111'],
      ['2026-03-05', '2026-04-01', '-0.250000'],
      ['2026-03-01', '2026-03-05', undefined],
    ]);
  });

  it('compares a price with those of its own variant alone', () => {
    const changes = priceSpans([
      read('1', '2026-03-01', '10.00'),
      read('2', '2026-03-02', '15.00'),
      read('2', '2026-03-03', '30.00'),
    ]);

    expect(changes.map(({ skuId, from, to, change }) => [skuId, from, to, change])).toEqual([
      ['1', '2026-03-01', undefined, undefined],
      ['2', '2026-03-03', undefined, '1.000000'],
      ['2', '2026-03-02', '2026-03-03', undefined],
    ]);
  });

  it.each([
    ['of another currency', read('1', '2026-03-01', '10.00', 'USD'), 'other_currency'],
    ['of nothing', read('1', '2026-03-01', '0.00'), 'price'],
    ['of another variant', read('0', '2026-03-01', '10.00'), 'nothing'],
  ])('names no part of a price %s, and says which it is', (_, earlier, before) => {
    const now = priceSpans([earlier, read('1', '2026-03-02', '20.00')]).find(
      ({ from }) => from === '2026-03-02',
    );

    expect(now).toMatchObject({ change: undefined, before });
  });
});
