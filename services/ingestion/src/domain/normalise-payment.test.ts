import { describe, expect, it } from '@jest/globals';
import { paymentFact } from '@tokometrics/contracts';
import type { RawPayment } from '@tokometrics/contracts';
import fc from 'fast-check';
import { normalisePayment } from './normalise-payment.ts';

const newYork = { zone: 'America/New_York' };
const usd = (value: string) => ({ value, currency: 'USD' });

function aPayment(changes: Partial<RawPayment> = {}): RawPayment {
  return {
    id: '3458352000020261115',
    create_time: 1_794_895_200,
    paid_time: 1_794_960_000,
    status: 'PAID',
    amount: usd('87.66'),
    settlement_amount: usd('100.00'),
    reserve_amount: usd('-12.34'),
    payment_amount_before_exchange: usd('87.66'),
    exchange_rate: '1.000000',
    ...changes,
  };
}

describe('normalisePayment', () => {
  it('keeps what the record says to the last digit, and days in the zone of the shop', () => {
    expect(normalisePayment(aPayment(), newYork)).toEqual({
      paymentId: '3458352000020261115',
      localDate: '2026-11-17',
      createTime: 1_794_895_200,
      paidTime: 1_794_960_000,
      paidDate: '2026-11-17',
      status: 'PAID',
      currency: 'USD',
      amount: '87.66',
      settlementAmount: '100.00',
      reserveAmount: '-12.34',
      beforeExchangeAmount: '87.66',
      beforeExchangeCurrency: 'USD',
      exchangeRate: '1.000000',
    });
  });

  it('mends no record that does not add up', () => {
    const short = aPayment({ amount: usd('75.32') });

    expect(normalisePayment(short, newYork)).toMatchObject({
      amount: '75.32',
      settlementAmount: '100.00',
      reserveAmount: '-12.34',
    });
  });

  it.each([
    ['the last second of a local day', 1_794_891_599, '2026-11-16'],
    ['the first second of the next', 1_794_891_600, '2026-11-17'],
  ])('dates %s by the shop, not by UTC', (_name, at, day) => {
    const fact = normalisePayment(aPayment({ create_time: at, paid_time: at }), newYork);

    expect(fact).toMatchObject({ localDate: day, paidDate: day });
  });

  it.each([undefined, 0])('knows no day of payment while it is under way (%s)', (paid) => {
    const fact = normalisePayment(aPayment({ paid_time: paid, status: 'PROCESSING' }), newYork);

    expect(fact).toMatchObject({ paidTime: null, paidDate: null, status: 'PROCESSING' });
  });

  it('takes the currency before the exchange from its own amount', () => {
    const before = { value: '1500000', currency: 'IDR' };
    const fact = normalisePayment(
      aPayment({ payment_amount_before_exchange: before, exchange_rate: '0.000061' }),
      newYork,
    );

    expect(fact).toMatchObject({
      currency: 'USD',
      beforeExchangeAmount: '1500000',
      beforeExchangeCurrency: 'IDR',
      exchangeRate: '0.000061',
    });
  });

  it.each([
    ['no time', { create_time: undefined }, 'time'],
    ['no currency', { amount: { value: '1.00' } }, 'currency'],
    [
      'a reserve in another currency',
      { reserve_amount: { value: '1', currency: 'EUR' } },
      'currency',
    ],
    [
      'an amount before the exchange in no currency',
      { payment_amount_before_exchange: { value: '1.00' } },
      'currency',
    ],
    ['more than a table holds', { amount: usd('123456789012345.00') }, 'range'],
    ['a fifth digit', { settlement_amount: usd('0.00001') }, 'range'],
    ['a rate of more digits than are kept', { exchange_rate: '0.123456789' }, 'range'],
    ['a rate beyond all rates', { exchange_rate: '12345678900' }, 'range'],
  ])('refuses %s', (_name, changes, reason) => {
    expect(() => normalisePayment(aPayment(changes), newYork)).toThrow(
      expect.objectContaining({ name: 'Rejected', reason }),
    );
  });

  it('makes a fact of whatever parts are there, with every amount as it was written', () => {
    const amount = fc
      .tuple(fc.constantFrom('', '-'), fc.nat(999_999_999), fc.stringMatching(/^(\.\d{1,4})?$/))
      .map(([sign, whole, fraction]) => `${sign}${String(whole)}${fraction}`);
    const part = fc.option(amount.map(usd), { nil: undefined });
    fc.assert(
      fc.property(amount, part, part, part, (value, settled, reserve, before) => {
        const fact = normalisePayment(
          aPayment({
            amount: usd(value),
            settlement_amount: settled,
            reserve_amount: reserve,
            payment_amount_before_exchange: before,
          }),
          newYork,
        );

        expect(paymentFact.parse(fact)).toEqual(fact);
        expect([
          fact.amount,
          fact.settlementAmount,
          fact.reserveAmount,
          fact.beforeExchangeAmount,
        ]).toEqual([value, ...[settled, reserve, before].map((of) => of?.value ?? '0')]);
      }),
    );
  });
});
