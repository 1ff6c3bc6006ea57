import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProductFact } from '@tokometrics/contracts';
import { aShopKey, engineEnv } from '@tokometrics/testkit';
import { createClickhouseReads } from './clickhouse-reads.ts';
import { factMessage } from './facts.test-support.ts';
import type { Tenant } from './facts.test-support.ts';
import { startTestSink } from './sink.test-support.ts';
import type { TestSink } from './sink.test-support.ts';

const [LISTED, GONE] = ['1729352000000000001', '1729352000000000002'];
const FIRST_SEEN = '2026-11-23';
/** What the reader cuts by two years and a week later. */
const CUTOFF = '2026-11-30';

const productOf = (productId: string, seenDate: string): ProductFact => ({
  ...{ productId, title: `title of ${productId}`, status: 'ACTIVATE', seenDate },
  ...{ createTime: 1_700_000_000, updateTime: 1_700_000_000 },
  skus: { skuId: [], sellerSku: [], status: [], price: [], currency: [] },
});

describe('products in ClickHouse', () => {
  let sink: TestSink;

  beforeAll(async () => {
    sink = await startTestSink(engineEnv().CLICKHOUSE_URL);
  }, 60_000);

  afterAll(() => sink.stop());

  it.each([
    ['in their order', [1, 2]],
    ['the older one late', [2, 1]],
  ])('are shown by the day on which they were listed last, said %s', async (_how, seqs) => {
    const tenant: Tenant = { shopKey: aShopKey(), epoch: 1, zone: 'Europe/London' };
    const said = (productId: string, seq: number) => {
      const seenDate = seq === 1 ? FIRST_SEEN : '2028-10-24';
      return factMessage(tenant, 'product', productId, productOf(productId, seenDate), seq);
    };
    const titlesOf = async (cutoff: string) => {
      const found = await createClickhouseReads(sink.clickhouse).productTitles({
        ...{ shopKey: tenant.shopKey, epoch: 1, cutoff, productIds: [LISTED, GONE] },
      });
      return found.map(({ productId }) => productId).toSorted();
    };

    await sink.store([said(GONE, 1)]);
    for (const seq of seqs) {
      expect(await sink.store([said(LISTED, seq)])).toEqual({ parked: [] });
    }

    expect(await titlesOf(FIRST_SEEN)).toEqual([LISTED, GONE]);
    expect(await titlesOf(CUTOFF)).toEqual([LISTED]);
  });
});
