import { describe, expect, it } from '@jest/globals';
import { unsettledFact } from '@tokometrics/contracts';
import type { RawUnsettled } from '@tokometrics/contracts';
import fc from 'fast-check';
import { keepBucket } from './normalise.ts';
import { normaliseUnsettled } from './normalise-unsettled.ts';

const newYork = { zone: 'America/New_York' };
const SEEN = 1_794_960_000;
/** The last second of 16 November in New York. */
const PLACED = 1_794_891_599;

function anEstimate(changes: Partial<RawUnsettled> = {}): RawUnsettled {
  return {
    id: '8352000000000000002',
    type: 'ORDER',
    status: 'UNSETTLED',
    unsettled_reason: 'ORDER_NOT_COMPLETED',
    estimated_settlement: '7 days after delivery',
    currency: 'USD',
    order_id: '576352000000536365',
    order_create_time: PLACED,
    est_settlement_amount: '20.10',
    est_revenue_amount: '21.00',
    est_shipping_cost_amount: '0',
    est_fee_tax_amount: '-0.90',
    revenue_breakdown: { subtotal_before_discount_amount: '21.00' },
    shipping_cost_breakdown: { supplementary_component: { fbm_shipping_cost_amount: '0' } },
    fee_tax_breakdown: { fee: { platform_commission_amount: '-0.90' }, tax: { vat_amount: '0' } },
    ...changes,
  };
}

describe('normaliseUnsettled', () => {
  it('keeps what is estimated to the last digit, on the day of its order', () => {
    expect(normaliseUnsettled(anEstimate(), newYork, SEEN)).toEqual({
      transactionId: '8352000000000000002',
      localDate: '2026-11-16',
      orderId: '576352000000536365',
      adjustmentId: '',
      type: 'ORDER',
      reason: 'ORDER_NOT_COMPLETED',
      orderCreateTime: PLACED,
      deliveryTime: null,
      currency: 'USD',
      estSettlementAmount: '20.10',
      estRevenueAmount: '21.00',
      estShippingCostAmount: '0',
      estFeeTaxAmount: '-0.90',
      estAdjustmentAmount: '0',
      breakdown: {
        'fee.platform_commission_amount': '-0.90',
        'tax.vat_amount': '0',
        'revenue.subtotal_before_discount_amount': '21.00',
        'shipping.supplementary_component.fbm_shipping_cost_amount': '0',
      },
    });
  });

  it.each([undefined, 0])(
    'puts an adjustment without an order on the day it was read (%s)',
    (at) => {
      const row = anEstimate({
        ...{ type: 'PLATFORM_PENALTY', adjustment_id: '7', order_id: undefined },
        order_create_time: at,
      });

      const fact = normaliseUnsettled(row, newYork, SEEN);

      expect(fact).toMatchObject({
        ...{ localDate: '2026-11-17', orderCreateTime: null, orderId: '', adjustmentId: '7' },
      });
      // Later readings keep the day of the first.
      expect(keepBucket(fact, '2026-11-15')).toMatchObject({ localDate: '2026-11-15' });
    },
  );

  it('knows when the goods were delivered, once they are', () => {
    const fact = normaliseUnsettled(anEstimate({ order_delivery_time: SEEN }), newYork, SEEN);

    expect(fact.deliveryTime).toBe(SEEN);
  });

  it('keeps words that it does not know as they are', () => {
    const row = anEstimate({ type: 'INVENTED', unsettled_reason: 'NEVER_HEARD_OF' });

    expect(normaliseUnsettled(row, newYork, SEEN)).toMatchObject({
      ...{ type: 'INVENTED', reason: 'NEVER_HEARD_OF' },
    });
  });

  it.each([
    ['no currency', { currency: undefined }, 'currency'],
    ['more than a table holds', { est_settlement_amount: '123456789012345' }, 'range'],
    ['a fifth digit', { est_adjustment_amount: '0.00001' }, 'range'],
    [
      'a fee beyond all fees',
      { fee_tax_breakdown: { fee: { referral_fee_amount: '-999999999999999.5' } } },
      'range',
    ],
  ])('refuses %s', (_name, changes, reason) => {
    expect(() => normaliseUnsettled(anEstimate(changes), newYork, SEEN)).toThrow(
      expect.objectContaining({ name: 'Rejected', reason }),
    );
  });

  it('makes a fact of whatever parts are there, with every amount as it was written', () => {
    const amount = fc
      .tuple(fc.constantFrom('', '-'), fc.nat(999_999_999), fc.stringMatching(/^(\.\d{1,4})?$/))
      .map(([sign, whole, fraction]) => `${sign}${String(whole)}${fraction}`);
    const part = fc.option(amount, { nil: undefined });
    fc.assert(
      fc.property(part, part, part, part, part, (settled, revenue, shipping, fees, adjusted) => {
        const fact = normaliseUnsettled(
          anEstimate({
            ...{ est_settlement_amount: settled, est_revenue_amount: revenue },
            ...{ est_shipping_cost_amount: shipping, est_fee_tax_amount: fees },
            est_adjustment_amount: adjusted,
          }),
          newYork,
          SEEN,
        );

        expect(unsettledFact.parse(fact)).toEqual(fact);
        expect([
          ...[fact.estSettlementAmount, fact.estRevenueAmount, fact.estShippingCostAmount],
          ...[fact.estFeeTaxAmount, fact.estAdjustmentAmount],
        ]).toEqual([settled, revenue, shipping, fees, adjusted].map((text) => text ?? '0'));
      }),
    );
  });
});
