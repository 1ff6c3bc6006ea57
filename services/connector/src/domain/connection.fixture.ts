import { anAccountId, aMerchantId, aShopKey } from '@tokometrics/testkit';
import type { Connection } from './connection.ts';

/** An open connection of a shop of its own. */
export function aConnection(given: Partial<Connection> = {}): Connection {
  return {
    shopKey: aShopKey(),
    epoch: 1,
    merchantId: aMerchantId(),
    accountId: anAccountId(),
    authKey: 'auth-1',
    state: 'open',
    status: 'active',
    name: 'A shop',
    label: 'A shop',
    region: 'ID',
    sellerType: 'LOCAL',
    currency: 'IDR',
    timezone: 'Asia/Jakarta',
    categories: [],
    connectedAt: new Date('2026-11-01T00:00:00Z'),
    authorizationExpiresAt: null,
    shopHash: 'hash-of-the-shop',
    ...given,
  };
}
