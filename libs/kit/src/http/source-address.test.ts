import { describe, expect, it } from '@jest/globals';
import { sourceOf, truncateAddress } from './source-address.ts';

describe('addresses', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0/24', '203.0.113.77'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0::/48', '2001:db8:0:0'],
    ['nonsense', 'unknown', 'nonsense'],
  ])('%s is kept as %s and counted as %s', (address, kept, source) => {
    expect(truncateAddress(address)).toBe(kept);
    expect(sourceOf(address)).toBe(source);
  });
});
