import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TOPIC } from '@tokometrics/contracts';
import { vaultPath } from '@tokometrics/kit';
import { eventually } from '@tokometrics/testkit';
import {
  admin,
  announce,
  askDpo,
  call,
  checkReceipt,
  completed,
  connectShop,
  countedStores,
  countIn,
  disconnect,
  requestOf,
  startWorld,
  stopWorld,
  vaults,
} from './erasure.fixture.ts';
import type { Connected } from './erasure.fixture.ts';

beforeAll(startWorld, 180_000);
afterAll(stopWorld, 60_000);

const SHOPS = 8;
const CAP = 5;

const release = (requestId: string) =>
  askDpo(`/v1/admin/privacy/requests/${requestId}/release`, true, 'POST');

async function stateOf(shop: Connected): Promise<string> {
  const { trigger, state, attention } = await requestOf(shop);
  return `${trigger} ${state} ${attention ?? ''}`.trim();
}

async function recordsOf({ shopKey }: Connected): Promise<number> {
  const counts = await Promise.all(countedStores.map((storeId) => countIn(storeId, shopKey)));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function mailedMerchants(): Promise<unknown[]> {
  const mailed: unknown[] = [];
  await admin.readTopic(TOPIC.mailRequested, ({ value }) => {
    const mail = JSON.parse(value?.toString('utf8') ?? '{}') as Record<string, unknown>;
    mailed.push([mail['template'], mail['accountId'], mail['merchantId']]);
  });
  return mailed;
}

describe('shops whose sellers withdrew at TikTok Shop', () => {
  it('are erased unasked, and a person is asked when they are suddenly many', async () => {
    const shops: Connected[] = [];
    while (shops.length < SHOPS) {
      shops.push(await connectShop());
    }
    for (const shop of shops) {
      await announce(shop, 'deauthorized');
    }
    const states = await eventually(
      async () => {
        const seen = await Promise.all(shops.map(stateOf));
        expect(seen.filter((state) => state.includes('erasure.suspect'))).toHaveLength(SHOPS - CAP);
        return seen;
      },
      { timeoutMs: 30_000, everyMs: 250 },
    );
    const held = shops.filter((_, at) => states[at]?.includes('erasure.suspect'));
    const [released, left, again] = held;
    if (released === undefined || left === undefined || again === undefined) {
      throw new Error('three are held');
    }
    const { requestId } = await requestOf(released);
    const { requestId: obsolete } = await requestOf(again);

    // 1. Staff let one begin. 2. The merchant of another wants it. 3. The third is connected again.
    expect(await release(requestId)).toBe('');
    expect((await disconnect(left)).status).toBe(202);
    await announce(again, 'connected');
    await eventually(
      async () => {
        expect(await release(obsolete)).toContain('resource.not_found');
      },
      { timeoutMs: 30_000 },
    );

    const gone = shops.filter((shop) => shop !== again);
    const done = await Promise.all(gone.map(completed));
    expect(await Promise.all(gone.map(recordsOf))).toEqual(gone.map(() => 0));
    expect(done.map(({ trigger }) => trigger)).toEqual(gone.map(() => 'deauthorization'));
    for (const [at, shop] of gone.entries()) {
      expect(await checkReceipt(shop, done[at]?.requestId ?? '')).toContain('VALID');
    }
    await eventually(async () => {
      expect(await mailedMerchants()).toEqual(
        expect.arrayContaining(gone.map(({ merchantId }) => ['erasure_receipt', null, merchantId])),
      );
    });

    // What was held and is connected again has lost nothing.
    expect(await recordsOf(again)).toBe(countedStores.length);
    const path = vaultPath('tiktok', again.merchantId, again.authKey);
    expect(await vaults.connector?.kv.exists(path)).toBe(true);
    const { items } = (await (await call(again, '/v1/privacy/requests')).json()) as { items: [] };
    expect(items).toEqual([]);
  }, 240_000);
});
