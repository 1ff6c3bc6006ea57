import type { Connection } from './connection.ts';
import { settle } from './settle.ts';

type GrantEnd = 'ended' | 'unconfirmed';

export interface EndGrantDeps {
  readonly connectionsOf: (shopKey: string) => Promise<readonly Connection[]>;
  /** Whether this instance is at work for it, and so can ask. */
  readonly isReadHere: (connection: Connection) => boolean;
  /** Another merchant here reads the same shop, and would lose it with the grant. */
  readonly isReadByOthers: (connection: Connection) => Promise<boolean>;
  /** Whether it is this instance that asks: of several, one does. */
  readonly claim: (connection: Connection) => Promise<boolean>;
  readonly ask: (connection: Connection, limitMs: number) => Promise<void>;
  readonly keep: (connection: Connection, result: GrantEnd) => Promise<void>;
  /** What the instance that asked has kept, if it has. */
  readonly resultOf: (connection: Connection) => Promise<GrantEnd | undefined>;
  readonly pause: (ms: number) => Promise<void>;
  readonly monotonicMs: () => number;
  readonly onUnconfirmed: (connection: Connection, error: unknown) => void;
}

// The tokens are destroyed two seconds after the fence, whatever has come of this.
const LIMIT_MS = 1_500;
const POLL_MS = 50;

/**
 * The merchant wishes that TikTok Shop ends our access too. Tried once and briefly; what comes of it is
 * told and delays nothing else. Undefined: there is no such connection, or another
 * instance tells, if any can.
 */
export async function endGrant(
  deps: EndGrantDeps,
  shopKey: string,
  throughEpoch: number,
): Promise<GrantEnd | undefined> {
  const until = deps.monotonicMs() + LIMIT_MS;
  const connection = (await deps.connectionsOf(shopKey)).find(
    ({ state, epoch }) => state === 'open' && epoch <= throughEpoch,
  );
  if (connection === undefined) {
    return undefined;
  }
  if (!deps.isReadHere(connection) || !(await deps.claim(connection))) {
    // Its tokens are not destroyed under the one that asks.
    while (deps.monotonicMs() < until && (await deps.resultOf(connection)) === undefined) {
      await deps.pause(POLL_MS);
    }
    return undefined;
  }
  const asked = await settle(ask(deps, connection, until));
  if (!asked.ok) {
    deps.onUnconfirmed(connection, asked.error);
  }
  const result = asked.ok && asked.value ? 'ended' : 'unconfirmed';
  await settle(deps.keep(connection, result));
  return result;
}

/** False: it was not asked. The merchant hears the same as after a refusal, and nothing of the other. */
async function ask(deps: EndGrantDeps, connection: Connection, until: number): Promise<boolean> {
  if (await deps.isReadByOthers(connection)) {
    return false;
  }
  await deps.ask(connection, until - deps.monotonicMs());
  return true;
}
