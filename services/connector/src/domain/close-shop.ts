import type { Authorization, Connection } from './connection.ts';

export interface CloseDeps {
  /** Resolves when nothing of these epochs runs in this instance any more. */
  readonly halt: (shopKey: string, throughEpoch: number) => Promise<void>;
  readonly connectionsOf: (shopKey: string) => Promise<readonly Connection[]>;
  readonly connectionsOfAuthorization: (authKey: string) => Promise<readonly Connection[]>;
  /** The authorization that the reference of an erased shop still names. */
  readonly lastAuthorization: (
    shopKey: string,
    throughEpoch: number,
  ) => Promise<Authorization | undefined>;
  readonly markClosed: (connection: Connection) => Promise<void>;
  readonly destroyTokens: (authorization: Authorization) => Promise<void>;
  readonly evictTokens: (authKey: string) => void;
  readonly announce: (connection: Connection) => Promise<void>;
}

/**
 * What a fence asks of this service. Idempotent: a second run finds everything closed. It throws
 * while tokens cannot be destroyed, and the fence then stays unanswered.
 */
export async function closeShop(
  deps: CloseDeps,
  shopKey: string,
  throughEpoch: number,
): Promise<void> {
  // 1. Nothing runs. 2. Nothing may start again. 3. No token is left. 4. Everybody may know.
  await deps.halt(shopKey, throughEpoch);
  const all = await deps.connectionsOf(shopKey);
  const covered = all.filter(({ epoch }) => epoch <= throughEpoch);
  for (const connection of covered) {
    if (connection.state === 'open') {
      await deps.markClosed(connection);
    }
  }
  await endAuthorizations(deps, shopKey, throughEpoch);
  const isSucceeded = all.some(({ epoch, state }) => epoch > throughEpoch && state === 'open');
  const newest = covered[0];
  if (newest !== undefined && !isSucceeded) {
    await deps.announce({ ...newest, state: 'closed' });
  }
}

/** Destroys the tokens of every grant of these epochs that no other open connection lives on. */
export async function endAuthorizations(
  deps: CloseDeps,
  shopKey: string,
  throughEpoch: number,
): Promise<number> {
  const covered = (await deps.connectionsOf(shopKey)).filter(({ epoch }) => epoch <= throughEpoch);
  const last = await deps.lastAuthorization(shopKey, throughEpoch);
  const authorizations = new Map(
    [...covered, ...(last === undefined ? [] : [last])].map(({ merchantId, authKey }) => [
      authKey,
      { merchantId, authKey },
    ]),
  );
  let ended = 0;
  for (const authorization of authorizations.values()) {
    const users = await deps.connectionsOfAuthorization(authorization.authKey);
    const isShared = users.some(
      (user) => user.state === 'open' && !(user.shopKey === shopKey && user.epoch <= throughEpoch),
    );
    if (!isShared) {
      deps.evictTokens(authorization.authKey);
      await deps.destroyTokens(authorization);
      ended += 1;
    }
  }
  return ended;
}
