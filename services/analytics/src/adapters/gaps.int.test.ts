import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isoInstant, versionOf } from '@tokometrics/contracts';
import type { Gap } from '@tokometrics/contracts';
import { aMerchantId, aShopKey, engineEnv } from '@tokometrics/testkit';
import { readOverview } from '../domain/read-overview.ts';
import { createClickhouseReads } from './clickhouse-reads.ts';
import {
  FACT_SECONDS,
  factMessage,
  gapMessage,
  orderFactOf,
  refundFactOf,
} from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { completeUpTo, startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const merchantId = aMerchantId();
const NOW = '2026-03-20T00:00:00Z';
const at = (instant: string): number => Date.parse(instant) / 1000;
/** In Jakarta this is the afternoon of 9 March, and the morning of the 11th. */
const WINDOW = { from: at('2026-03-09T08:00:00Z'), through: at('2026-03-11T02:00:00Z') };
const GAPPED = ['2026-03-09', '2026-03-10', '2026-03-11'];

describe('a day of which a record is missing', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  const aTenant = (): Tenant => {
    const tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' };
    completeUpTo(sink, tenant, NOW);
    return tenant;
  };
  const order = (tenant: Tenant, id: string, seq = 1) => {
    const created = '2026-03-09T08:00:00Z';
    const spec = {
      id,
      createdAt: created,
      paidAt: created,
      lines: [{ product: 'P1', price: '5' }],
    };
    return factMessage(tenant, 'order', id, orderFactOf(tenant.zone, spec), seq);
  };
  const missing = (tenant: Tenant, gap: Partial<Gap> = {}) =>
    sink.store([gapMessage(tenant, { ...WINDOW, ...gap })]);

  /** Which days are not called complete, and what is said of the records behind. */
  const shown = async (
    tenant: Tenant,
    metric: 'gross_sales' | 'refunds_settled' = 'gross_sales',
  ) => {
    const deps = sink.routeDeps({ tenant, merchantId, now: () => new Date(NOW) });
    const { main, meta } = await readOverview(deps, merchantId, {
      ...{ shop: tenant.shopKey, metric, basis: 'activity', compare: 'none' },
      ...{ from: '2026-03-06', to: '2026-03-14' },
    });
    const { state, points } = main.current;
    return {
      state,
      days: points
        .filter((point) => (point.state ?? state) === 'incomplete')
        .map(({ date }) => date),
      unread: meta.freshness.flatMap(({ resource, unread }) =>
        unread === null ? [] : [{ resource, ...unread }],
      ),
    };
  };
  const nothing = { state: 'complete', days: [], unread: [] };

  it('is not complete, and says how many; the days around it are', async () => {
    const tenant = aTenant();
    expect(await shown(tenant)).toEqual(nothing);

    await missing(tenant);
    await missing(tenant, { entityId: '2', from: at('2026-03-10T08:00:00Z') });

    expect(await shown(tenant)).toEqual({
      state: 'incomplete',
      days: GAPPED,
      unread: [
        {
          ...{ resource: 'order', records: 2 },
          ...{ from: isoInstant(WINDOW.from), through: isoInstant(WINDOW.through) },
        },
      ],
    });
  });

  it('is complete once its record is there, or a later version of it', async () => {
    for (const seq of [1, 2]) {
      const tenant = aTenant();
      await missing(tenant);
      expect((await shown(tenant)).days).toEqual(GAPPED);

      await sink.store([order(tenant, '1', seq)]);

      expect(await shown(tenant)).toEqual(nothing);
    }
  });

  it('stays what it is while its figures may still wait for the record that has come', async () => {
    const tenant = aTenant();
    await missing(tenant);
    await sink.store([order(tenant, '1', 9)]);
    const question = { shopKey: tenant.shopKey, epoch: 1, cutoff: '2024-01-01' };

    expect(await createClickhouseReads(sink.clickhouse).openGaps(question)).toMatchObject([
      { resource: 'order', records: 1 },
    ]);
    expect(await createClickhouseReads(sink.clickhouse, 0).openGaps(question)).toEqual([]);
  });

  it('is so as long as one of several records is missing', async () => {
    const tenant = aTenant();
    await missing(tenant);
    await missing(tenant, { entityId: '2' });

    await sink.store([order(tenant, '1', 9)]);

    expect((await shown(tenant)).unread).toMatchObject([{ records: 1 }]);
  });

  it('stays what it is for an older version, another order, another shop', async () => {
    const [tenant, other] = [aTenant(), aTenant()];
    await sink.store([order(tenant, '1', 1)]);
    await missing(tenant, { ver: versionOf(FACT_SECONDS, 2) });

    await sink.store([order(tenant, '1', 1), order(tenant, '2', 9), order(other, '1', 9)]);

    expect((await shown(tenant)).days).toEqual(GAPPED);
    expect(await shown(other)).toEqual(nothing);
  });

  it('is one of the figures that the record feeds, and of no others', async () => {
    const tenant = aTenant();

    await missing(tenant, { resource: 'transaction' });

    expect((await shown(tenant)).days).toEqual([]);
    expect((await shown(tenant, 'refunds_settled')).days).toEqual(GAPPED);
    const refund = refundFactOf(tenant.zone, {
      ...{ id: '1', statement: 'S1', at: '2026-03-09T08:00:00Z', refund: '30' },
      ...{ orderId: '1', orderCreatedAt: '2026-03-09T08:00:00Z' },
    });
    await sink.store([factMessage(tenant, 'transaction', '1', refund)]);
    expect(await shown(tenant, 'refunds_settled')).toEqual(nothing);
  });

  it('reaches back to the first where nobody can say since when', async () => {
    const tenant = aTenant();

    await missing(tenant, { from: 0, through: at('2026-03-07T00:00:00Z') });

    const { days, unread } = await shown(tenant);
    expect(days).toEqual(['2026-03-06', '2026-03-07']);
    expect(unread).toMatchObject([{ from: null }]);
  });

  it('is known as long as the row that would close it, which goes with the day of its order', async () => {
    const { shopKey, epoch, ...tenant } = aTenant();
    await missing({ ...tenant, shopKey, epoch });
    await missing({ ...tenant, shopKey, epoch }, { resource: 'transaction', entityId: '2' });
    const knownBy = async (cutoff: string) => {
      const found = await createClickhouseReads(sink.clickhouse).openGaps({
        ...{ shopKey, epoch, cutoff },
      });
      return found.map(({ resource }) => resource);
    };

    expect(await knownBy('2026-03-06')).toEqual(['order', 'transaction']);
    // The order is of the 9th, the line of a statement of the 11th.
    expect(await knownBy('2026-03-07')).toEqual(['transaction']);
    expect(await knownBy('2026-03-09')).toEqual([]);
  });

  it('is known of a fact that is refused by its schema, and of none without a name', async () => {
    const tenant = aTenant();
    const message = order(tenant, '1');
    const spoil = (change: object) => {
      const envelope = Object.assign(JSON.parse(String(message.value)) as object, change);
      return { ...message, value: Buffer.from(JSON.stringify(envelope)) };
    };

    const ver = versionOf(WINDOW.through, 1);
    const type = 'com.tokometrics.order.snapshot.v2';
    const nameless = spoil({ ver, type, subject: 7 });
    const { parked } = await sink.store([spoil({ ver, type }), nameless]);

    expect(parked).toHaveLength(2);
    expect(await shown(tenant)).toMatchObject({
      ...{ days: GAPPED, unread: [{ resource: 'order', records: 1 }] },
    });
    await sink.store([spoil({ ver })]);
    expect((await shown(tenant)).unread).toEqual([]);
  });
});
