import { shopKey as toShopKey, storeEntry, STORE_IDS } from '@tokometrics/contracts';
import type { Holdings, ShopLifecycle, StoreId } from '@tokometrics/contracts';
import { mongoErrors } from '@tokometrics/kit';
import type { DatabaseReader } from './verifier-mongo.ts';
import type { Verifier } from './verifier.ts';

export interface HoldingsOptions {
  readonly verifier: Verifier;
  readonly databaseOf: (owner: string) => DatabaseReader;
  /** Of a ClickHouse table that belongs to accounts. */
  readonly countOfAccount: (storeId: StoreId, accountId: string) => Promise<number>;
  readonly shopsOf: (merchantId: string) => readonly ShopLifecycle[];
  readonly isFenced: (shop: ShopLifecycle) => boolean;
  readonly now: () => string;
}

// Far beyond any real epoch: what is held, whichever connection it came by.
const ANY_EPOCH = 4_294_967_295;

const SHOP_STORES = STORE_IDS.filter((id) => storeEntry(id).verify === 'count');
/** Of a person and of no shop: by the account, in whichever store. */
const ACCOUNT_STORES = STORE_IDS.filter((id) => {
  const { kind, personal, scopeField } = storeEntry(id);
  return personal && (kind === 'mongo' ? scopeField === null : scopeField === 'account_id');
});

/** "What we hold", counted at the moment of the question by the verifier's eyes. */
export function createHoldingsCounter(options: HoldingsOptions) {
  const { verifier, databaseOf, now } = options;

  const countOfAccount = (storeId: StoreId, accountId: string): Promise<number> => {
    const { locator, owner, kind } = storeEntry(storeId);
    if (kind === 'clickhouse') {
      return options.countOfAccount(storeId, accountId);
    }
    const name = 'collection' in locator ? locator.collection : '';
    const collection = databaseOf(owner).collection<{ _id: string; accountId?: string }>(name);
    return mongoErrors(() =>
      collection.countDocuments({ $or: [{ _id: accountId }, { accountId }] }),
    );
  };

  const row = (
    storeId: StoreId,
    shopKey: string | null,
    records: number,
  ): Holdings['items'][number] => {
    const { category, holds, clause, retentionDays, encryption, erase } = storeEntry(storeId);
    return {
      storeId,
      shopKey: shopKey === null ? null : toShopKey.parse(shopKey),
      category,
      holds,
      records,
      clause,
      retentionDays,
      encryption,
      erasedOnDisconnect: erase !== 'none',
    };
  };

  const ofShop = async ({ shopKey }: ShopLifecycle): Promise<Holdings['items']> => {
    const scope = { shopKey, throughEpoch: ANY_EPOCH };
    const counted = await Promise.all(
      SHOP_STORES.map(async (id) => row(id, shopKey, await verifier.countIn(id, scope))),
    );
    return [...counted, row('vault.sealing-keys', shopKey, await verifier.countKeys(scope))];
  };

  const tokenState = async (shop: ShopLifecycle): Promise<Holdings['tokens'][number]> => {
    const { shopKey, merchantId, authKey } = shop;
    const isLive = shop.state !== 'disconnected' && !options.isFenced(shop);
    const isHeld = isLive && (await verifier.isTokenThere(merchantId, authKey));
    return { shopKey, state: isHeld ? 'held' : 'destroyed' };
  };

  return async (asker: {
    readonly merchantId: string;
    readonly accountId: string;
  }): Promise<Holdings> => {
    const shops = options.shopsOf(asker.merchantId);
    const account = await Promise.all(
      ACCOUNT_STORES.map(async (id) => row(id, null, await countOfAccount(id, asker.accountId))),
    );
    const perShop = await Promise.all(shops.map(ofShop));
    return {
      items: [...account, ...perShop.flat()],
      tokens: await Promise.all(shops.map(tokenState)),
      countedAt: now(),
    };
  };
}
