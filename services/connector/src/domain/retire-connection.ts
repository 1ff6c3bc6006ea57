import type { AuthorizedShop } from './connect-shop.ts';
import type { Authorization, Connection } from './connection.ts';
import { settle } from './settle.ts';
import { TikTokFault } from './tiktok-fault.ts';

export interface RetireDeps {
  readonly connectionsOfAuthorization: (authKey: string) => Promise<readonly Connection[]>;
  /** Whether it was this call that marked it. */
  readonly markReauth: (connection: Connection) => Promise<boolean>;
  readonly announce: (connection: Connection) => Promise<void>;
  /** Begins to stop the shop's work without waiting: it may be that work which asks. */
  readonly stopWork: (connection: Connection) => void;
  readonly listShops: (authorization: Authorization) => Promise<AuthorizedShop[]>;
  readonly shopIdOf: (connection: Connection) => Promise<string>;
  readonly onSuspect: (connection: Connection) => void;
}

/** The grant is dead: its shops wait for the merchant, nothing of what they hold is touched. */
export async function retireAuthorization(deps: RetireDeps, authKey: string): Promise<void> {
  for (const connection of await deps.connectionsOfAuthorization(authKey)) {
    await retire(deps, connection);
  }
}

async function retire(deps: RetireDeps, connection: Connection): Promise<void> {
  if (await deps.markReauth(connection)) {
    deps.stopWork(connection);
    await deps.announce({ ...connection, status: 'reauth_required' });
  }
}

/**
 * A notice or an error says that the shop is gone; both can be wrong or repeated. Believed only when
 * TikTok's own list lacks the shop, or the refresh token is refused.
 */
export async function confirmDeauthorization(
  deps: RetireDeps,
  connection: Connection,
): Promise<void> {
  const shops = await settle(deps.listShops(connection));
  if (!shops.ok) {
    if (shops.error instanceof TikTokFault && shops.error.kind === 'reauth') {
      await retireAuthorization(deps, connection.authKey);
      return;
    }
    throw shops.error;
  }
  const shopId = await deps.shopIdOf(connection);
  if (shops.value.some(({ id }) => id === shopId)) {
    deps.onSuspect(connection);
    return;
  }
  await retire(deps, connection);
}
