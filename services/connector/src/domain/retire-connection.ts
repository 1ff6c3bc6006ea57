import type { AuthorizedShop } from './connect-shop.ts';
import type { Authorization, Connection } from './connection.ts';
import { settle } from './settle.ts';
import { endsGrant, TikTokFault } from './tiktok-fault.ts';

export interface RetireDeps {
  readonly connectionsOfAuthorization: (authKey: string) => Promise<readonly Connection[]>;
  /** Whether it was this call that marked it. */
  readonly markReauth: (connection: Connection) => Promise<boolean>;
  readonly markDeauthorized: (connection: Connection) => Promise<boolean>;
  readonly announce: (connection: Connection) => Promise<void>;
  /** The merchant is told that the shop's data is about to be erased, and why. */
  readonly tellOwner: (connection: Connection) => Promise<void>;
  /** Begins to stop the shop's work without waiting: it may be that work which asks. */
  readonly stopWork: (connection: Connection) => void;
  readonly listShops: (authorization: Authorization) => Promise<AuthorizedShop[]>;
  readonly shopIdOf: (connection: Connection) => Promise<string>;
  readonly onSuspect: (connection: Connection) => void;
}

/** The grant is dead: its shops wait for the merchant, nothing of what they hold is touched. */
export async function retireAuthorization(deps: RetireDeps, authKey: string): Promise<void> {
  for (const connection of await deps.connectionsOfAuthorization(authKey)) {
    if (await deps.markReauth(connection)) {
      deps.stopWork(connection);
      await deps.announce({ ...connection, status: 'reauth_required' });
    }
  }
}

/** The seller has ended it, by TikTok's own word: no more work, and the erasure is asked for. */
async function deauthorize(deps: RetireDeps, connection: Connection): Promise<void> {
  if (await deps.markDeauthorized(connection)) {
    deps.stopWork(connection);
    await deps.announce({ ...connection, status: 'deauthorized' });
    await settle(deps.tellOwner(connection));
  }
}

/**
 * A notice or an error says that the shop is gone; both can be wrong or repeated. Believed only when
 * TikTok's own list lacks the shop, or TikTok no longer knows the refresh token.
 */
export async function confirmDeauthorization(
  deps: RetireDeps,
  connection: Connection,
): Promise<void> {
  for (const listed of await retireUnlisted(deps, [connection])) {
    deps.onSuspect(listed);
  }
}

/** Ends those of one grant's connections that TikTok no longer lists; answers with the others. */
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
    if (!endsGrant(shops.error)) {
      throw shops.error;
    }
    if (shops.error.kind === 'revoked') {
      for (const connection of connections) {
        await deauthorize(deps, connection);
      }
    }
    // Those nobody asked about wait for their merchant, or for the comparison of the next day.
    await retireAuthorization(deps, first.authKey);
    return [];
  }
  const ids = new Set(shops.value.map(({ id }) => id));
  const listed: Connection[] = [];
  for (const connection of connections) {
    if (ids.has(await deps.shopIdOf(connection))) {
      listed.push(connection);
    } else {
      await deauthorize(deps, connection);
    }
  }
  return listed;
}

/** Refusals that speak of the grant and not of the call. */
export async function reactToFault(
  deps: RetireDeps,
  connection: Connection,
  error: unknown,
): Promise<void> {
  if (endsGrant(error)) {
    await retireAuthorization(deps, connection.authKey);
  } else if (error instanceof TikTokFault && error.kind === 'shop_mismatch') {
    await confirmDeauthorization(deps, connection);
  }
}
