import type { GrantedCategory } from './compare-scopes.ts';

/**
 * `reauth_required`: TikTok no longer accepts the grant, or we do not; a new grant takes it up again.
 * `deauthorized`: TikTok has confirmed that the seller ended it; what it holds is about to be erased.
 */
type ConnectionStatus = 'active' | 'reauth_required' | 'deauthorized';

/** One connection of one shop. TikTok's own identifiers of it are sealed and never leave this service. */
export interface Connection {
  readonly shopKey: string;
  readonly epoch: number;
  readonly merchantId: string;
  readonly accountId: string;
  readonly authKey: string;
  /** `closed`: fenced; the document waits for its erasure. */
  readonly state: 'open' | 'closed';
  readonly status: ConnectionStatus;
  readonly name: string;
  readonly label: string;
  readonly region: string;
  readonly sellerType: string;
  readonly currency: string | null;
  readonly timezone: string;
  readonly categories: readonly GrantedCategory[];
  readonly connectedAt: Date;
  readonly authorizationExpiresAt: Date | null;
  /** Keyed hash of TikTok's shop id: finds the connection that a webhook speaks of. */
  readonly shopHash: string;
}

/** What the people of a merchant are told of a shop by mail. */
export type ShopMail = 'shop_connected' | 'shop_connected_twice' | 'shop_deauthorized';

/** What stays sealed under the shop's own key. */
export interface ShopIdentity {
  readonly shopId: string;
  readonly cipher: string;
  readonly openId: string;
}

export interface Authorization {
  readonly merchantId: string;
  readonly authKey: string;
}
