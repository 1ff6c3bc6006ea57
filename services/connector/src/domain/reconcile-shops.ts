import { retireUnlisted } from './retire-connection.ts';
import type { RetireDeps } from './retire-connection.ts';
import { settle } from './settle.ts';

export interface ReconcileDeps extends RetireDeps {
  readonly now: () => Date;
  /** Authorizations of shops at work that nobody has compared since. */
  readonly dueBefore: (instant: Date) => Promise<readonly string[]>;
  /** Moves the instant of the last comparison; false when another instance just did. */
  readonly claim: (authKey: string, dueBefore: Date, comparedAt: Date) => Promise<boolean>;
  readonly setCompared: (authKey: string, comparedAt: Date) => Promise<void>;
  readonly onUnanswered: (error: unknown) => void;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Once a day each grant's shops are held against TikTok's own list, also those that wait for a new
 * grant: a notice of deauthorization that was lost is made up for. Nothing is asked in between; the
 * caller may come as often as it likes.
 */
export async function reconcileShops(deps: ReconcileDeps): Promise<void> {
  const now = deps.now().getTime();
  const dueBefore = new Date(now - DAY_MS);
  for (const authKey of await deps.dueBefore(dueBefore)) {
    // As if an hour were left of the day: whatever ends this try, the next is not before.
    const isOurs = await deps.claim(authKey, dueBefore, new Date(now - DAY_MS + HOUR_MS));
    if (isOurs) {
      const compared = await settle(compare(deps, authKey));
      if (compared.ok) {
        await deps.setCompared(authKey, new Date(now));
      } else {
        deps.onUnanswered(compared.error);
      }
    }
  }
}

async function compare(deps: ReconcileDeps, authKey: string): Promise<void> {
  const connections = await deps.connectionsOfAuthorization(authKey);
  await retireUnlisted(
    deps,
    connections.filter(({ state, status }) => state === 'open' && status !== 'deauthorized'),
  );
}
