import { SELLER_DEAUTHORIZATION } from './accept-webhook.ts';
import type { Connection } from './connection.ts';
import { confirmDeauthorization } from './retire-connection.ts';
import type { RetireDeps } from './retire-connection.ts';
import { settle } from './settle.ts';

export interface HeedDeps extends RetireDeps {
  /** Open connections that wait for a new grant. */
  readonly waiting: () => Promise<readonly Connection[]>;
  readonly pendingOfType: (
    connection: Connection,
    type: number,
  ) => Promise<readonly { readonly _id: string }[]>;
  readonly settle: (ids: readonly string[]) => Promise<void>;
  readonly onUnanswered: (error: unknown) => void;
}

/**
 * A shop that waits for a new grant has no work that reads its inbox. Its calls are refused before the
 * notice of deauthorization comes, as often as not: here it is heard all the same.
 */
export async function heedDeauthorizations(deps: HeedDeps): Promise<void> {
  for (const connection of await deps.waiting()) {
    const notices = await deps.pendingOfType(connection, SELLER_DEAUTHORIZATION);
    if (notices.length > 0) {
      const confirmed = await settle(confirmDeauthorization(deps, connection));
      if (confirmed.ok) {
        await deps.settle(notices.map(({ _id }) => _id));
      } else {
        deps.onUnanswered(confirmed.error);
      }
    }
  }
}
