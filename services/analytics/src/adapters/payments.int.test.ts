import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import { z } from 'zod';
import { factMessage, paymentFactOf } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const AMOUNTS = ['amount', 'settlement_amount', 'reserve_amount', 'before_exchange_amount'];
const texts = z.record(z.string(), z.string().nullable());

describe('payments in ClickHouse', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'America/New_York' });
  const stored = ({ shopKey }: Tenant) =>
    sink.clickhouse.query(
      `SELECT payment_id, toString(local_date) AS local_date, status, currency,
         toString(paid_date) AS paid_date, toString(exchange_rate) AS exchange_rate,
         before_exchange_currency, ${AMOUNTS.map((of) => `toString(${of}) AS ${of}`).join(', ')}
       FROM payments FINAL WHERE shop_key = {shopKey:String}`,
      { shopKey },
      texts,
    );

  it('stand with every digit, the newest state once, however often and late the others come', async () => {
    const tenant = aTenant();
    const first = paymentFactOf(tenant.zone, {
      amount: '12345678901234.5678',
      beforeExchangeAmount: '-0.0001',
      exchangeRate: '0.00000061',
      beforeExchangeCurrency: 'IDR',
    });
    const paid = { ...first, status: 'PAID', paidTime: 1_773_727_200, paidDate: '2026-03-17' };
    const message = (fact: typeof first, seq: number) =>
      factMessage(tenant, 'payment', fact.paymentId, fact, seq);

    for (const late of [message(paid, 2), message(paid, 2), message(first, 1)]) {
      expect(await sink.store([late])).toEqual({ parked: [] });
    }

    expect(await stored(tenant)).toEqual([
      {
        ...{ payment_id: first.paymentId, local_date: '2026-03-16', paid_date: '2026-03-17' },
        ...{ status: 'PAID', currency: 'USD', amount: '12345678901234.5678' },
        ...{ settlement_amount: '100', reserve_amount: '-12.34' },
        ...{ before_exchange_amount: '-0.0001', before_exchange_currency: 'IDR' },
        exchange_rate: '0.00000061',
      },
    ]);
  });

  it('are parked when an amount is no decimal of the table, and not stored', async () => {
    const tenant = aTenant();
    const wrong = paymentFactOf(tenant.zone, { amount: '1.23456' });

    const { parked } = await sink.store([factMessage(tenant, 'payment', 'x', wrong)]);

    expect(parked.map(({ reason }) => reason)).toEqual(['schema']);
    expect(await stored(tenant)).toEqual([]);
  });

  it('of a closed shop, or of more than two years ago, are not stored', async () => {
    const [closed, old] = [aTenant(), aTenant()];
    sink.fenced.add(`${closed.shopKey}:1`);

    await sink.store([
      factMessage(closed, 'payment', 'x', paymentFactOf(closed.zone)),
      factMessage(old, 'payment', 'x', paymentFactOf(old.zone, { localDate: '2023-12-31' })),
    ]);

    expect(sink.chunks.at(-1)?.byFate).toMatchObject({ fenced: 1, expired: 1, stored: 0 });
    expect([await stored(closed), await stored(old)]).toEqual([[], []]);
  });
});
