import { describe, expect, it } from '@jest/globals';
import { rowVersion, scopeOfHeaders, ver, versionOf } from './envelope.ts';

describe('versions', () => {
  it('keeps all 64 bits', () => {
    expect(versionOf(1_714_553_600, 7)).toBe('28765436090777607');
    expect(rowVersion('28765436090777607', 3)).toBe(((28765436090777607n << 8n) | 3n).toString());
  });

  it('are refused before the row’s version would wrap around its column', () => {
    const last = '71999999999999999';

    expect(ver.safeParse(last).success).toBe(true);
    expect(BigInt(rowVersion(last, 255))).toBeLessThan(2n ** 64n);
    expect(ver.safeParse(versionOf(4_291_000_000, 0xff_ff_ff)).success).toBe(true);
    expect(ver.safeParse(String(2n ** 56n)).success).toBe(false);
    expect(ver.safeParse('99999999999999999999').success).toBe(false);
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
