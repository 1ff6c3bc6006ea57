import { compareScopes } from './compare-scopes.ts';
import type { GrantedCategory } from './compare-scopes.ts';
import type { GrantFacts } from './connect-shop.ts';
import type { Connection } from './connection.ts';

export interface RenewalDeps {
  readonly connectionsOfAuthorization: (authKey: string) => Promise<readonly Connection[]>;
  readonly change: (
    connection: Connection,
    change: Partial<Pick<Connection, 'authorizationExpiresAt' | 'categories'>>,
  ) => Promise<unknown>;
  /** From here on the shop's streams run, or wait, as these categories say. */
  readonly onPermissions: (connection: Connection) => void;
  /** Policy names that the shop has lost or regained. */
  readonly onChanged: (connection: Connection, change: PermissionChange) => void;
  readonly onUnknownScopes: (count: number) => void;
}

interface PermissionChange {
  readonly lost: readonly string[];
  readonly regained: readonly string[];
}

/**
 * Each renewal tells anew what is granted and until when; every shop of the grant follows it. What
 * lacks its permission waits and shows so, and goes on when a later renewal grants it again.
 */
export async function noteRenewal(
  deps: RenewalDeps,
  authKey: string,
  grant: GrantFacts,
): Promise<void> {
  const { categories, unknown } = compareScopes(grant.scopes);
  const authorizationExpiresAt = new Date(grant.refreshExpiresAt * 1000);
  // An answer without a list says nothing about permissions; it takes none away.
  const saysScopes = grant.scopes.length > 0;
  if (unknown.length > 0) {
    deps.onUnknownScopes(unknown.length);
  }
  for (const connection of await deps.connectionsOfAuthorization(authKey)) {
    await deps.change(connection, {
      authorizationExpiresAt,
      ...(saysScopes ? { categories } : {}),
    });
    if (saysScopes) {
      deps.onPermissions({ ...connection, categories });
      noteChange(deps, connection, categories);
    }
  }
}

function noteChange(
  deps: RenewalDeps,
  connection: Connection,
  categories: readonly GrantedCategory[],
): void {
  const before = new Set(namesOf(connection.categories, true));
  const missingBefore = new Set(namesOf(connection.categories, false));
  const lost = namesOf(categories, false).filter((name) => before.has(name));
  const regained = namesOf(categories, true).filter((name) => missingBefore.has(name));
  if (lost.length + regained.length > 0) {
    deps.onChanged(connection, { lost, regained });
  }
}

function namesOf(categories: readonly GrantedCategory[], isGranted: boolean): string[] {
  return categories.filter(({ granted }) => granted === isGranted).map((item) => item.policyName);
}
