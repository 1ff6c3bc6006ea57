import { describe, expect, it } from '@jest/globals';
import { divideHalfEven, fromUnits, sumDecimals, toUnits } from './money.ts';

describe('money', () => {
  it.each(['0', '-0.0001', '99999999999999.9999', '0.3', '1008575.13'])(
    'keeps %s through units and back',
    (text) => {
      expect(fromUnits(toUnits(text))).toBe(text);
    },
  );

  it('adds what a number would round', () => {
    expect(sumDecimals(['0.1', '0.2'])).toBe('0.3');
    expect(sumDecimals(['99999999999999.9999', '0.0001'])).toBe('100000000000000');
  });

  it('pads to the digits of a currency', () => {
    expect(fromUnits(25_500n, 2)).toBe('2.55');
    expect(fromUnits(20_000n, 2)).toBe('2.00');
    expect(fromUnits(-20_010n, 2)).toBe('-2.001');
  });

  it.each(['', '1.23456', '1e3', 'NaN', '1,5', ' 1'])('refuses %p', (text) => {
    expect(() => toUnits(text)).toThrow(RangeError);
  });

  it.each([
    [5n, 2n, 0, '2'],
    [7n, 2n, 0, '4'],
    [-5n, 2n, 0, '-2'],
    [1n, 3n, 6, '0.333333'],
    [-30_000n, 180_000n, 6, '-0.166667'],
    [-1n, 1_000_000_000n, 6, '0.000000'],
  ])('divides %p by %p to %p digits, half to even', (top, bottom, digits, expected) => {
    expect(divideHalfEven(top, bottom, digits)).toBe(expected);
  });

  it('has no quotient by zero', () => {
    expect(divideHalfEven(1n, 0n, 2)).toBeUndefined();
  });
});
