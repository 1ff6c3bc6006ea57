import { compareScopes } from '../domain/compare-scopes.ts';
import type { GrantFacts } from '../domain/connect-shop.ts';
import type { Authorization } from '../domain/connection.ts';
import type { Stores } from './connector-stores.ts';

/** Each renewal tells anew what is granted and until when; every shop of the grant shows it. */
export async function noteRenewal(
  stores: Pick<Stores, 'connections'>,
  { authKey }: Authorization,
  grant: GrantFacts,
): Promise<void> {
  const { categories } = compareScopes(grant.scopes);
  for (const connection of await stores.connections.ofAuthorization(authKey)) {
    await stores.connections.change(connection, {
      authorizationExpiresAt: new Date(grant.refreshExpiresAt * 1000),
      ...(grant.scopes.length > 0 ? { categories } : {}),
    });
  }
}
