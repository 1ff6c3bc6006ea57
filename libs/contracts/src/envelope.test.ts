import { describe, expect, it } from '@jest/globals';
import { rowVersion, scopeOfHeaders, versionOf } from './envelope.ts';

describe('versions', () => {
  it('keeps all 64 bits', () => {
    expect(versionOf(1_714_553_600, 7)).toBe('28765436090777607');
    expect(rowVersion('28765436090777607', 3)).toBe(((28765436090777607n << 8n) | 3n).toString());
  });

  it('orders by source time first, then by fetch', () => {
    expect(BigInt(versionOf(10, 0))).toBeGreaterThan(BigInt(versionOf(9, 0xff_ff_ff)));
  });
});

describe('scopeOfHeaders', () => {
  it('answers nothing for a missing or malformed scope', () => {
    const shop = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';

    expect(scopeOfHeaders({ tm_shopkey: shop, tm_epoch: '2' })).toEqual({
      shopKey: shop,
      epoch: 2,
    });
    expect(scopeOfHeaders({ tm_shopkey: shop })).toBeUndefined();
    expect(scopeOfHeaders({ tm_shopkey: shop, tm_epoch: '0' })).toBeUndefined();
    expect(scopeOfHeaders({ tm_shopkey: '../..', tm_epoch: '1' })).toBeUndefined();
  });
});
