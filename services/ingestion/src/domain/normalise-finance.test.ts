import { describe, expect, it } from '@jest/globals';
import { normaliseTransaction } from './normalise-finance.ts';
import { Rejected } from './rejected.ts';

const SUBTOTAL = 'refund_subtotal_before_discount_amount';
const DISCOUNT = 'seller_discount_refund_amount';

const factOf = (revenue: Record<string, unknown>, fees: Record<string, unknown> = {}) =>
  normaliseTransaction(
    {
      ...{ id: '1', statement_id: '2', statement_time: 1_764_000_000, currency: 'GBP' },
      ...{ revenue_breakdown: revenue, fee_tax_breakdown: fees },
    },
    { zone: 'Europe/London' },
  );

function reasonFor(revenue: Record<string, unknown>): string | undefined {
  try {
    factOf(revenue);
    return undefined;
  } catch (error) {
    return error instanceof Rejected ? error.reason : 'another error';
  }
}

describe('a breakdown of a transaction', () => {
  it.each([
    ['-12.30', '-12.30'],
    ['-10.0000000', '-10.0000'],
    [-10, '-10'],
    [-10.25, '-10.25'],
    ['', '0'],
    [undefined, '0'],
  ])('that tells refunds as %p sums them as %s', (told, expected) => {
    const fact = factOf({ [SUBTOTAL]: told, [DISCOUNT]: told });

    expect([fact.refundSubtotal, fact.refundSellerDiscount]).toEqual([expected, expected]);
  });

  it.each(['-123456789012345678901.00', '-1e3', '1.23456', '+5', '.5', 'ten', 1e21, 0.1 + 0.2])(
    'that tells refunds as %p is refused, and never taken for zero',
    (told) => {
      expect(reasonFor({ [SUBTOTAL]: told })).toBe('range');
      expect(reasonFor({ [DISCOUNT]: told })).toBe('range');
    },
  );

  it('keeps new kinds of amounts under their names, refuses what does not fit, and takes no text', () => {
    const { breakdown } = factOf(
      { gift: { wrap_amount: '1.50' } },
      { new_fee: -2, note: 'a word' },
    );

    expect(breakdown).toEqual({ 'revenue.gift.wrap_amount': '1.50', new_fee: '-2' });
    expect(reasonFor({ gift: { wrap_amount: '-1e3' } })).toBe('range');
  });
});
