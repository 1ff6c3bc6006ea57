import { describe, expect, it } from '@jest/globals';
import { readOrderId } from '../orders/order-search.tsx';
import { datesFrom } from './custom-range.tsx';

describe('datesFrom', () => {
  it('turns the last day into the day after it', () => {
    expect(datesFrom('2026-10-01', '2026-10-31')).toEqual({ from: '2026-10-01', to: '2026-11-01' });
    expect(datesFrom('2026-10-01', '2026-10-01')).toEqual({ from: '2026-10-01', to: '2026-10-02' });
  });

  it.each([
    ['2026-10-02', '2026-10-01'],
    ['', '2026-10-01'],
    ['2026-02-30', '2026-10-01'],
  ])('refuses %s to %s in words', (first, last) => {
    expect(typeof datesFrom(first, last)).toBe('string');
  });
});

describe('readOrderId', () => {
  it.each([
    ['577 000 000', '577000000'],
    ['', undefined],
    ['57a', null],
    ['1'.repeat(21), null],
  ])('"%s" is %s', (text, id) => {
    expect(readOrderId(text)).toBe(id);
  });
});
