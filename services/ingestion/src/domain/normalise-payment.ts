import type { PaymentFact, RawPayment } from '@tokometrics/contracts';
import { currencyOf, money, rateOf } from './normalise-money.ts';
import { Rejected } from './rejected.ts';
import { dayOf, orNull } from './shop-zone.ts';
import type { ShopZone } from './shop-zone.ts';

type Amount = RawPayment['amount'];

/** The parts of a payment share its currency; parts of two could not be set against each other. */
function partIn(currency: string, part: Amount): string {
  if (part?.currency !== undefined && part.currency !== currency) {
    throw new Rejected('currency');
  }
  return money(part?.value);
}

/**
 * A payout as TikTok writes it. Its record may say less than its statements do: that is stored as it
 * is, since a record that is mended here could not be shown beside its statements any more.
 */
export function normalisePayment(payment: RawPayment, zone: ShopZone): PaymentFact {
  const { create_time: createTime, amount, payment_amount_before_exchange: before } = payment;
  if (createTime === undefined) {
    throw new Rejected('time');
  }
  const currency = currencyOf(amount?.currency);
  const paidTime = orNull(payment.paid_time);
  return {
    paymentId: payment.id,
    localDate: dayOf(zone, createTime),
    createTime,
    paidTime,
    paidDate: paidTime === null ? null : dayOf(zone, paidTime),
    status: payment.status ?? '',
    currency,
    amount: money(amount?.value),
    settlementAmount: partIn(currency, payment.settlement_amount),
    reserveAmount: partIn(currency, payment.reserve_amount),
    beforeExchangeAmount: money(before?.value),
    beforeExchangeCurrency: before?.value === undefined ? currency : currencyOf(before.currency),
    exchangeRate: rateOf(payment.exchange_rate),
  };
}
