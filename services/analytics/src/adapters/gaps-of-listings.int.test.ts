import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { versionOf } from '@tokometrics/contracts';
import type { Gap } from '@tokometrics/contracts';
import { aMerchantId, aShopKey, engineEnv } from '@tokometrics/testkit';
import { createClickhouseReads } from './clickhouse-reads.ts';
import { FACT_SECONDS, gapMessage, markerMessage } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { completeUpTo, startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const merchantId = aMerchantId();
const NOW = '2026-03-20T00:00:00Z';
const at = (instant: string): number => Date.parse(instant) / 1000;
const WINDOW = { from: at('2026-03-09T08:00:00Z'), through: at('2026-03-11T02:00:00Z') };

describe('what a listing lacks', () => {
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
  const missing = (tenant: Tenant, gap: Partial<Gap> = {}) =>
    sink.store([gapMessage(tenant, { ...WINDOW, ...gap })]);

  it('is an estimate until a later whole listing has been read that does not lack it', async () => {
    const tenant = aTenant();
    const other = aTenant();
    const told = async ({ shopKey }: Tenant) => {
      const of = { shopKey, epoch: 1, cutoff: '2024-01-01' };
      const found = await createClickhouseReads(sink.clickhouse).openGaps(of);
      return found.map(({ resource, records }) => [resource, records]);
    };
    const sweep = (seq: number) =>
      sink.store([
        markerMessage(tenant, {
          ...{ resource: 'unsettled', through: at(NOW) },
          sweep: versionOf(FACT_SECONDS, seq),
        }),
      ]);
    const lacking = (of: Tenant, entityId: string, seq: number) =>
      missing(of, { resource: 'unsettled', entityId, ver: versionOf(FACT_SECONDS, seq) });
    await sweep(5);
    await lacking(tenant, 'a', 6);
    await lacking(tenant, 'b', 6);
    await lacking(other, 'a', 6);
    await missing(tenant);

    await sweep(6);
    const of = [
      ['order', 1],
      ['unsettled', 2],
    ];
    expect(await told(tenant)).toEqual(of);
    // This one reads `a` again in vain, and `b` is gone.
    await lacking(tenant, 'a', 9);
    await sweep(8);

    expect(await told(tenant)).toEqual([
      ['order', 1],
      ['unsettled', 1],
    ]);
    await sweep(10);
    expect(await told(tenant)).toEqual([['order', 1]]);
    expect(await told(other)).toEqual([['unsettled', 1]]);
  });

  it('is told of no longer than until that listing, though nobody forgets what was answered', async () => {
    const tenant = aTenant();
    const { known } = sink.routeDeps({ tenant, merchantId, now: () => new Date(NOW) });
    const ver = versionOf(FACT_SECONDS, 6);
    await missing(tenant, { resource: 'unsettled', entityId: 'a', ver });
    expect((await known(tenant.shopKey, 1)).gaps).toHaveLength(1);

    const sweep = versionOf(FACT_SECONDS, 8);
    await sink.store([markerMessage(tenant, { resource: 'unsettled', through: at(NOW), sweep })]);

    expect((await known(tenant.shopKey, 1)).gaps).toEqual([]);
  });
});
