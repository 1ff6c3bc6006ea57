import type { OpenedShop, ShopToOpen } from './connect-shop.ts';
import type { Connection, ShopIdentity } from './connection.ts';

interface ShopRefFacts {
  readonly shopKey: string;
  readonly lastEpoch: number;
}

export interface OpenShopDeps {
  readonly findRef: (merchantId: string, shopId: string) => Promise<ShopRefFacts | undefined>;
  /** Takes the next epoch of the shop, or its first; false when somebody else just did. */
  readonly takeEpoch: (wish: {
    merchantId: string;
    shopId: string;
    shopKey: string;
    after: number;
    epoch: number;
    authKey: string;
  }) => Promise<boolean>;
  readonly connectionsOf: (shopKey: string) => Promise<readonly Connection[]>;
  readonly throughEpoch: (shopKey: string) => number;
  readonly provisionKey: (shopKey: string, epoch: number) => Promise<void>;
  readonly shopHash: (shopId: string) => Promise<string>;
  readonly insert: (connection: Connection, identity: ShopIdentity) => Promise<void>;
  /** A new grant for a connection whose old one had run out: same epoch, same history. */
  readonly renewGrant: (connection: Connection, wish: ShopToOpen) => Promise<void>;
  /** Announces, starts the sync, asks for the mail. */
  readonly onOpened: (connection: Connection) => Promise<void>;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** The same merchant's same shop keeps its key for ever; each connection after an end is a new epoch. */
export async function openShop(deps: OpenShopDeps, wish: ShopToOpen): Promise<OpenedShop> {
  const { merchantId, authKey } = wish.attempt;
  const ref = await deps.findRef(merchantId, wish.shop.id);
  const shopKey = ref?.shopKey ?? deps.newId();
  const present = ref === undefined ? [] : await deps.connectionsOf(shopKey);
  const open = present.find((connection) => connection.state === 'open');
  if (open !== undefined) {
    if (open.status === 'active') {
      return { kind: 'already_connected' };
    }
    await deps.renewGrant(open, wish);
    return { kind: 'opened', shopKey };
  }
  if (present.length > 0) {
    // Rows of the epoch before are still being erased.
    return { kind: 'fenced' };
  }
  // Never an epoch that a fence already covers, whatever the reference says.
  const after = ref?.lastEpoch ?? 0;
  const epoch = Math.max(after, deps.throughEpoch(shopKey)) + 1;
  const isTaken = await deps.takeEpoch({
    merchantId,
    shopId: wish.shop.id,
    shopKey,
    after,
    epoch,
    authKey,
  });
  if (!isTaken) {
    return { kind: 'already_connected' };
  }
  // 1. The key, 2. the document sealed under it, 3. the news: each needs what is before it.
  await deps.provisionKey(shopKey, epoch);
  const connection = await newConnection(deps, wish, shopKey, epoch);
  await deps.insert(connection, {
    shopId: wish.shop.id,
    cipher: wish.shop.cipher,
    openId: wish.openId,
  });
  await deps.onOpened(connection);
  return { kind: 'opened', shopKey };
}

async function newConnection(
  deps: OpenShopDeps,
  wish: ShopToOpen,
  shopKey: string,
  epoch: number,
): Promise<Connection> {
  return {
    shopKey,
    epoch,
    merchantId: wish.attempt.merchantId,
    accountId: wish.attempt.accountId,
    authKey: wish.attempt.authKey,
    state: 'open',
    status: 'active',
    name: wish.shop.name,
    label: wish.label,
    region: wish.shop.region,
    sellerType: wish.shop.sellerType,
    currency: wish.currency,
    timezone: wish.timezone,
    categories: wish.categories,
    connectedAt: deps.now(),
    authorizationExpiresAt: wish.authorizationExpiresAt,
    shopHash: await deps.shopHash(wish.shop.id),
  };
}
