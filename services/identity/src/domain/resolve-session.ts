import { AppError } from '@tokometrics/kit/errors';
import type { Account, Session, Token } from './account.ts';
import { checkPassword } from './sign-in.ts';
import type { CheckDeps, Granted } from './sign-in.ts';
import { FRESH_MS, isExpired, maxAgeSeconds, TOUCH_EVERY_MS } from './session-rules.ts';

export interface ResolveDeps {
  /** Session of a token hash; follows one rotation that is younger than the grace. */
  readonly findSession: (rawToken: string, now: Date) => Promise<Session | undefined>;
  readonly touch: (sessionId: string, now: Date) => Promise<void>;
  readonly end: (sessionId: string) => Promise<void>;
  readonly findAccount: (accountId: string) => Promise<Account | undefined>;
  readonly now: () => Date;
}

export interface Resolved {
  readonly session: Session;
  readonly account: Account;
}

/** Who this is, right now: rights are read at each request, so what is taken away is gone at once. */
export async function resolveSession(deps: ResolveDeps, rawToken: string): Promise<Resolved> {
  const now = deps.now();
  const session = await deps.findSession(rawToken, now);
  if (session === undefined) {
    throw signedOut();
  }
  if (isExpired(session, now)) {
    await deps.end(session.sessionId);
    throw signedOut();
  }
  const account = await deps.findAccount(session.accountId);
  if (account === undefined) {
    throw signedOut();
  }
  if (now.getTime() - session.lastSeenAt.getTime() > TOUCH_EVERY_MS) {
    await deps.touch(session.sessionId, now);
  }
  return { session, account };
}

function signedOut(): AppError {
  return new AppError('auth.required', 'sign in to go on');
}

export interface ReauthenticateDeps extends ResolveDeps, CheckDeps {
  readonly newToken: () => Token;
  /** One successor per token: false when somebody else has rotated it already. */
  readonly rotate: (
    rawToken: string,
    nextHash: string,
    freshUntil: Date,
    now: Date,
  ) => Promise<boolean>;
}

/** The password once more, for what can't be undone. The session goes on under a new token. */
export async function reauthenticate(
  deps: ReauthenticateDeps,
  rawToken: string,
  password: string,
  source: string,
): Promise<Granted & { freshUntil: Date }> {
  const { session, account } = await resolveSession(deps, rawToken);
  await checkPassword(deps, { account, password, key: `account:${account.emailKey}`, source });
  const now = deps.now();
  const token = deps.newToken();
  const freshUntil = new Date(now.getTime() + FRESH_MS);
  if (!(await deps.rotate(rawToken, token.hash, freshUntil, now))) {
    throw new AppError('resource.conflict', 'this session changed in another window; try again');
  }
  return {
    sessionToken: token.raw,
    maxAgeSeconds: maxAgeSeconds(session, now),
    deviceToken: null,
    freshUntil,
  };
}
