import { describe, expect, it } from '@jest/globals';
import type { RawOrder } from '@tokometrics/contracts';
import { normaliseOrder } from './normalise-order.ts';

const jakarta = { zone: 'Asia/Jakarta' };

function anOrder(changes: Partial<RawOrder> = {}): RawOrder {
  return {
    id: '576461413038785752',
    status: 'AWAITING_SHIPMENT',
    create_time: 1_772_384_399,
    paid_time: 1_772_384_399,
    update_time: 1_772_384_500,
    payment: { currency: 'IDR', total_amount: '170000', shipping_fee: '0', handling_fee: '1500' },
    line_items: [
      {
        id: '1',
        product_id: '11',
        sku_id: '111',
        original_price: '100000',
        seller_discount: '10000',
      },
      { id: '2', product_id: '11', sku_id: '111', original_price: '100000', is_gift: true },
    ],
    ...changes,
  };
}

describe('normaliseOrder', () => {
  it.each([
    ['the last second of a local day', 1_772_384_399, '2026-03-01', 1_772_380_800],
    ['the first second of the next', 1_772_384_400, '2026-03-02', 1_772_384_400],
  ])('dates %s in the zone of the shop, not in UTC', (_name, at, day, hour) => {
    const fact = normaliseOrder(anOrder({ create_time: at, paid_time: at }), jakarta);

    expect(fact).toMatchObject({ localDate: day, saleDate: day, saleHour: hour });
  });

  it('knows no sale before payment, but takes cash on delivery when placed', () => {
    const unpaid = normaliseOrder(anOrder({ paid_time: 0 }), jakarta);
    const cod = normaliseOrder(anOrder({ paid_time: undefined, is_cod: true }), jakarta);

    expect(unpaid).toMatchObject({ saleDate: null, saleHour: null, paidTime: null });
    expect(cod).toMatchObject({ saleDate: '2026-03-01', isCod: 1 });
  });

  it.each([
    ['its own time', { cancel_time: 1_772_500_000, request_cancel_time: 1 }, 1_772_500_000],
    [
      'the time of the request',
      { cancel_time: 0, request_cancel_time: 1_772_400_000 },
      1_772_400_000,
    ],
    ['the update of this version', {}, 1_772_384_500],
  ])('dates a cancellation by %s', (_name, times, expected) => {
    const fact = normaliseOrder(anOrder({ status: 'CANCELLED', ...times }), jakarta);

    expect(fact).toMatchObject({ cancelTime: expected, isCancelled: 1 });
  });

  it('keeps every unit as a line of its own and unknown amounts by name', () => {
    const fact = normaliseOrder(anOrder(), jakarta);

    expect(fact.lines.originalPrice).toEqual(['100000', '100000']);
    expect(fact.lines.isGift).toEqual([0, 1]);
    expect(fact.otherAmounts).toEqual({ handling_fee: '1500' });
  });

  it.each([
    ['two currencies', { line_items: [{ id: '1', currency: 'USD' }] }, 'currency'],
    ['no currency at all', { payment: {}, line_items: [] }, 'currency'],
    ['money beyond 14 digits', { payment: { currency: 'IDR', tax: '123456789012345' } }, 'range'],
    ['money finer than stored', { payment: { currency: 'IDR', tax: '0.00001' } }, 'range'],
    ['no time of creation', { create_time: undefined }, 'time'],
  ])('refuses %s instead of guessing', (_name, changes, reason) => {
    expect(() => normaliseOrder(anOrder(changes), jakarta)).toThrow(
      expect.objectContaining({ reason }),
    );
  });
});
