import { expect } from '@jest/globals';
import { productReply } from '@tokometrics/contracts';
import { aMerchantId, aShopKey } from '@tokometrics/testkit';
import type { TestPassports } from '@tokometrics/testkit';
import { factMessage, orderFactOf, productFactOf } from '../adapters/facts.test-support.ts';
import type { OrderSpec, SkuSpec, Tenant } from '../adapters/facts.test-support.ts';
import { completeUpTo } from '../adapters/sink.test-support.ts';
import type { TestSink } from '../adapters/sink.test-support.ts';
import { askRoutes } from './ask.test-support.ts';

export const MUG = '1729352000000000001';
export const JUG = '1729352000000000002';
export const CUP = '1729352000000000003';
export const SPAN = 'from=2026-11-18&to=2026-11-26&grain=day';
export const merchantId = aMerchantId();
const NOW = '2026-11-25T04:30:00Z';

export const aTenant = (): Tenant => ({ shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' });

export const sale = (id: string, at: string, lines: OrderSpec['lines'], more = {}): OrderSpec => ({
  ...{ id, createdAt: at, paidAt: at, lines },
  ...more,
});

/** The product MUG as it was listed on a day. */
export const readOn = (tenant: Tenant, day: string, skus: readonly SkuSpec[], seq: number) =>
  factMessage(
    ...([tenant, 'product', MUG] as const),
    productFactOf(tenant.zone, `${day}T05:00:00Z`, skus, { productId: MUG }),
    seq,
  );

interface Engines {
  readonly sink: TestSink;
  readonly passports: TestPassports;
}

/** Sells, and asks about products, as a merchant does over HTTP; of engines that are there by then. */
export function aCounter(engines: () => Engines) {
  const answer = (tenant: Tenant, path: string, asker = merchantId, now = NOW) =>
    askRoutes({ ...engines(), merchantId, tenant, now, asker }, path);
  const ask = async (tenant: Tenant, path: string, now = NOW): Promise<unknown> => {
    const { status, body } = await answer(tenant, path, merchantId, now);
    expect([path, status, body]).toEqual([path, 200, expect.anything()]);
    return body;
  };
  return {
    answer,
    ask,
    productOf: async (tenant: Tenant, query: string, id: string, now = NOW) =>
      productReply.parse(await ask(tenant, `products/${id}?${query}`, now)),
    sell: async (tenant: Tenant, ...orders: readonly OrderSpec[]): Promise<void> => {
      const { sink } = engines();
      await sink.store(
        orders.map((spec) => factMessage(tenant, 'order', spec.id, orderFactOf(tenant.zone, spec))),
      );
      completeUpTo(sink, tenant, '2026-11-25T04:00:00Z');
    },
  };
}
