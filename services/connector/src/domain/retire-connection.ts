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
  for (const listed of await retireUnlisted(deps, [connection])) {
    deps.onSuspect(listed);
  }
}

/** Retires those of one grant's connections that TikTok no longer lists; answers with the others. */
export async function retireUnlisted(
  deps: RetireDeps,
  connections: readonly Connection[],
): Promise<readonly Connection[]> {
  const [first] = connections;
  if (first === undefined) {
    return [];
  }
  const shops = await settle(deps.listShops(first));
  if (!shops.ok) {
    if (shops.error instanceof TikTokFault && shops.error.kind === 'reauth') {
      await retireAuthorization(deps, first.authKey);
      return [];
    }
    throw shops.error;
  }
  const ids = new Set(shops.value.map(({ id }) => id));
  const listed: Connection[] = [];
  for (const connection of connections) {
    if (ids.has(await deps.shopIdOf(connection))) {
      listed.push(connection);
    } else {
      await retire(deps, connection);
    }
  }
  return listed;
}

/** Two refusals speak of the grant and not of the call. */
export async function reactToFault(
  deps: RetireDeps,
  connection: Connection,
  error: unknown,
): Promise<void> {
  const kind = error instanceof TikTokFault ? error.kind : undefined;
  if (kind === 'reauth') {
    await retireAuthorization(deps, connection.authKey);
  } else if (kind === 'shop_mismatch') {
    await confirmDeauthorization(deps, connection);
  }
}
