import { describe, expect, it } from '@jest/globals';
import { priceChanges } from './price-history.ts';

const reading = (skuId: string, day: number, price: string, currency = 'IDR') => ({
  ...{ skuId, day: `2026-03-0${String(day)}`, price, currency },
});
const changes = (...readings: readonly ReturnType<typeof reading>[]) =>
  priceChanges(readings).map(({ skuId, day, price }) => `${skuId}@${day.slice(-1)}: ${price}`);

describe('the history of a price', () => {
  it('has one row for readings of one price that follow each other, however it is written', () => {
    expect(
      changes(reading('1', 1, '10'), reading('1', 2, '10.0000'), reading('1', 5, '10')),
    ).toEqual(['1@1: 10']);
  });

  it('has a row for the way back to an earlier price', () => {
    expect(
      changes(reading('1', 1, '10'), reading('1', 2, '10.0001'), reading('1', 3, '10')),
    ).toEqual(['1@1: 10', '1@2: 10.0001', '1@3: 10']);
  });

  it('has a row for another currency of the same amount', () => {
    expect(changes(reading('1', 1, '10'), reading('1', 2, '10', 'USD'))).toEqual([
      '1@1: 10',
      '1@2: 10',
    ]);
  });

  it('begins anew with each SKU', () => {
    expect(changes(reading('1', 1, '10'), reading('2', 1, '10'), reading('2', 2, '10'))).toEqual([
      '1@1: 10',
      '2@1: 10',
    ]);
    expect(priceChanges([])).toEqual([]);
  });
});
