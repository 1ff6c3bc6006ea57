import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { versionOf } from '@tokometrics/contracts';
import type { UnsettledFact } from '@tokometrics/contracts';
import { runQuery } from '@tokometrics/kit';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import fc from 'fast-check';
import { z } from 'zod';
import { estimateFactOf, factMessage, FACT_SECONDS, markerMessage } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { unsettledNow } from './queries/unsettled-now.query.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

describe('what is not settled yet, in ClickHouse', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'America/New_York' });
  /** One row as the reading with this number has it. */
  const row = (tenant: Tenant, id: string, seq: number, change: Partial<UnsettledFact> = {}) =>
    factMessage(tenant, 'unsettled', id, estimateFactOf(tenant.zone, id, change), seq);
  /** The end of the sweep whose first reading has this number. */
  const swept = (tenant: Tenant, seq: number): InMessage =>
    markerMessage(tenant, {
      ...{ resource: 'unsettled', axis: 'update', from: 0, through: seq, records: 1 },
      sweep: versionOf(FACT_SECONDS, seq),
    });
  const current = async ({ shopKey, epoch }: Tenant): Promise<string[]> => {
    const params = { shopKey, epoch, cutoff: '2024-01-01' };
    const rows = await runQuery(sink.clickhouse, unsettledNow, params);
    return rows.map(({ transactionId, estSettlement }) =>
      [transactionId, estSettlement.amount, estSettlement.currency].join(' '),
    );
  };
  const store = async (messages: readonly InMessage[]): Promise<void> => {
    expect(await sink.store(messages)).toEqual({ parked: [] });
  };

  it('is what the last whole listing has read, and no row that left it', async () => {
    const tenant = aTenant();
    await store([row(tenant, 'A', 1), row(tenant, 'B', 2)]);
    expect(await current(tenant)).toEqual(['A 20.1 USD', 'B 20.1 USD']);

    await store([swept(tenant, 1), row(tenant, 'B', 11, { estSettlementAmount: '19.9999' })]);
    expect(await current(tenant)).toEqual(['A 20.1 USD', 'B 19.9999 USD']);

    await store([swept(tenant, 11)]);
    expect(await current(tenant)).toEqual(['B 19.9999 USD']);

    await store([swept(tenant, 21)]);
    expect(await current(tenant)).toEqual([]);
  });

  it.each<[string, (tenant: Tenant) => InMessage]>([
    ['a late row of an older sweep', (tenant) => row(tenant, 'A', 2)],
    ['the marker of an older sweep again', (tenant) => swept(tenant, 1)],
    ['the same marker again', (tenant) => swept(tenant, 11)],
    ['an older version of a row that is there', (tenant) => row(tenant, 'B', 1)],
    ['a marker that ends no sweep', (tenant) => markerMessage(tenant, { resource: 'unsettled' })],
  ])('stays as it is when %s comes', async (_what, late) => {
    const tenant = aTenant();
    await store([row(tenant, 'A', 1), swept(tenant, 1)]);
    await store([row(tenant, 'B', 11, { estSettlementAmount: '7' }), swept(tenant, 11)]);

    await store([late(tenant)]);

    expect(await current(tenant)).toEqual(['B 7 USD']);
  });

  it('counts in a sweep whose marker came before its rows', async () => {
    const tenant = aTenant();
    await store([row(tenant, 'A', 1), row(tenant, 'B', 1), swept(tenant, 1)]);

    await store([swept(tenant, 11)]);
    expect(await current(tenant)).toEqual([]);
    await store([row(tenant, 'B', 11)]);

    expect(await current(tenant)).toEqual(['B 20.1 USD']);
  });

  it('is the same whatever order, repetition and chunks three sweeps come in', async () => {
    const each = [...Array(9).keys()];
    const orders = fc.subarray(each).chain((twice) => {
      const all = [...each, ...twice];
      return fc.shuffledSubarray(all, { minLength: all.length });
    });
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 7 }), async (order, n) => {
        const tenant = aTenant();
        const sent = [
          ...[row(tenant, 'A', 1), row(tenant, 'B', 2), row(tenant, 'C', 2), swept(tenant, 1)],
          ...[row(tenant, 'B', 11), row(tenant, 'C', 12), swept(tenant, 11)],
          ...[row(tenant, 'C', 21, { estSettlementAmount: '3' }), swept(tenant, 21)],
        ];
        const shuffled = order.flatMap((index) => sent[index] ?? []);

        for (let from = 0; from < shuffled.length; from += n) {
          await store(shuffled.slice(from, from + n));
        }

        expect(await current(tenant)).toEqual(['C 3 USD']);
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it('is apart for each shop and each connection of it', async () => {
    const [one, other] = [aTenant(), aTenant()];
    const later = { ...one, epoch: 2 };
    await store([row(one, 'A', 1), row(other, 'A', 1), row(later, 'A', 1)]);

    await store([swept(one, 11)]);

    expect([await current(one), await current(other), await current(later)]).toEqual([
      [],
      ['A 20.1 USD'],
      ['A 20.1 USD'],
    ]);
  });

  it('keeps every digit, an unknown word as text, and what an adjustment does not have as such', async () => {
    const tenant = aTenant();
    const odd = {
      ...{ type: "SOMETHING\tNEW's", reason: 'ANOTHER_REASON', adjustmentId: 'adj', orderId: '' },
      ...{ orderCreateTime: null, deliveryTime: null, currency: 'IDR' },
      estSettlementAmount: '-12345678901234.5678',
      breakdown: { 'fee.kind_of_tomorrow_amount': '-0.0001' },
    };

    await store([row(tenant, 'A', 1, odd)]);

    const [kept] = await sink.clickhouse.query(
      `SELECT type, reason, adjustment_id, order_id, currency, toString(breakdown) AS breakdown,
         toString(est_settlement_amount) AS amount, toString(order_create_time) AS created
       FROM unsettled FINAL WHERE shop_key = {shopKey:String}`,
      { shopKey: tenant.shopKey },
      z.record(z.string(), z.string().nullable()),
    );
    expect(kept).toEqual({
      ...{ type: odd.type, reason: odd.reason, adjustment_id: 'adj', order_id: '', created: null },
      ...{ currency: 'IDR', amount: '-12345678901234.5678' },
      breakdown: "{'fee.kind_of_tomorrow_amount':-0.0001}",
    });
  });

  it('is parked when an amount is no decimal of the table, and not stored', async () => {
    const tenant = aTenant();
    const wrong = row(tenant, 'A', 1, { estFeeTaxAmount: '1.23456' });
    const oddMarker = markerMessage(tenant, { resource: 'unsettled', sweep: '-1' });

    const { parked } = await sink.store([wrong, oddMarker]);

    expect(parked.map(({ reason }) => reason)).toEqual(['schema', 'schema']);
    expect(await current(tenant)).toEqual([]);
  });

  it('of a closed shop, or of more than two years ago, is not stored, nor is its sweep', async () => {
    const [closed, old] = [aTenant(), aTenant()];
    sink.fenced.add(`${closed.shopKey}:1`);

    await sink.store([
      ...[row(closed, 'A', 1), swept(closed, 1)],
      row(old, 'A', 1, { localDate: '2023-12-31' }),
    ]);

    expect(sink.chunks.at(-1)?.byFate).toMatchObject({ fenced: 2, expired: 1, stored: 0 });
    const sweeps = await sink.clickhouse.query(
      'SELECT shop_key FROM sweeps WHERE shop_key = {shopKey:String}',
      { shopKey: closed.shopKey },
      z.object({ shop_key: z.string() }),
    );
    expect([await current(closed), await current(old), sweeps]).toEqual([[], [], []]);
  });
});
