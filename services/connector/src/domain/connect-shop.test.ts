import { describe, expect, it } from '@jest/globals';
import { PERMISSION_CATEGORIES } from '@tokometrics/contracts';
import { anAccountId, aMerchantId, aShopKey } from '@tokometrics/testkit';
import { finishConnect } from './connect-shop.ts';
import type { ConnectOutcome, ShopToOpen } from './connect-shop.ts';

const SHOPS = [
  { id: '1', region: 'ID', name: 'Jakarta' },
  { id: '2', region: 'US', name: 'Ohio' },
  { id: '3', region: 'JP', name: 'Osaka' },
].map((shop) => ({ ...shop, cipher: '', sellerType: 'LOCAL' }));

/** A grant of shops in three countries, begun for one region; what was opened and what it came to. */
async function connectFor(region: string, timezone: string, shops = SHOPS) {
  const opened: Pick<ShopToOpen, 'timezone' | 'currency'>[] = [];
  const outcomes: ConnectOutcome[] = [];
  let destroyed = 0;
  await finishConnect(
    {
      consumeState: () =>
        Promise.resolve({
          ...{ connectId: 'c', merchantId: aMerchantId(), accountId: anAccountId() },
          ...{ sessionId: 's', authKey: 'a', region, timezone, label: '' },
          ...{ createdAt: new Date(), expiresAt: new Date() },
        }),
      saveOutcome: (_connectId, outcome) => {
        outcomes.push(outcome);
        return Promise.resolve();
      },
      exchange: () =>
        Promise.resolve({
          ...{ openId: 'o', userType: 0, refreshExpiresAt: 1_900_000_000 },
          scopes: PERMISSION_CATEGORIES.flatMap(({ tiktokScopes }) => [...tiktokScopes]),
        }),
      listShops: () => Promise.resolve(shops),
      openShop: ({ timezone: zone, currency }) => {
        opened.push({ timezone: zone, currency });
        return Promise.resolve({ kind: 'opened', shopKey: aShopKey() });
      },
      destroyTokens: () => {
        destroyed += 1;
        return Promise.resolve();
      },
      now: () => new Date(),
      onFailure: () => undefined,
      onUnknownScopes: () => undefined,
    },
    's',
    { state: 'x', code: 'y' },
  );
  return { opened, outcome: outcomes.at(-1), destroyed };
}

describe('finishConnect', () => {
  it('opens each shop of a grant in the zone of its own country', async () => {
    const { opened, outcome } = await connectFor('US', 'America/Chicago');

    expect(opened).toEqual([
      { timezone: 'Asia/Jakarta', currency: 'IDR' },
      { timezone: 'America/Chicago', currency: 'USD' },
      { timezone: 'Asia/Tokyo', currency: 'JPY' },
    ]);
    expect(outcome).toMatchObject({ state: 'granted', reason: null });
  });

  it('opens none in the zone of another country, and says that it has to be chosen', async () => {
    const { opened, outcome } = await connectFor('ID', 'Asia/Makassar');

    expect(opened.map(({ timezone }) => timezone)).toEqual(['Asia/Makassar', 'Asia/Tokyo']);
    expect(outcome).toMatchObject({ state: 'granted', reason: 'zone.needed' });
    expect(outcome?.shops.map(({ name }) => name)).toEqual(['Jakarta', 'Osaka']);
  });

  it('keeps no token when nothing could be opened', async () => {
    const ohio = SHOPS.filter(({ region }) => region === 'US');
    const { outcome, destroyed } = await connectFor('ID', 'Asia/Jakarta', ohio);

    expect([outcome?.state, outcome?.reason, destroyed]).toEqual(['failed', 'zone.needed', 1]);
  });
});
