import { AppError } from '@tokometrics/kit/errors';
import type { Account, Session, Token } from './account.ts';
import { normaliseEmail } from './email-address.ts';
import { FRESH_MS, maxAgeSeconds } from './session-rules.ts';

export interface SignInForm {
  readonly email: string;
  readonly password: string;
  readonly remember: boolean;
  readonly deviceToken: string | null;
}

export interface CheckDeps {
  /** Refuses with rate.limited before any hash is computed. */
  readonly takeTry: (key: string, source: string) => Promise<void>;
  readonly clearTries: (key: string) => Promise<void>;
  readonly verify: (password: string, stored: string | undefined) => Promise<boolean>;
  readonly rehash: (account: Account, password: string) => Promise<void>;
  readonly audit: (account: Account | undefined, kind: string) => Promise<void>;
}

export interface SignInDeps extends CheckDeps {
  readonly emailKey: (email: string) => string;
  readonly findByEmail: (emailKey: string) => Promise<Account | undefined>;
  readonly isTrusted: (deviceToken: string, account: Account) => Promise<boolean>;
  readonly trustDevice: (token: Token, account: Account) => Promise<void>;
  readonly openSession: (hash: string, session: Session) => Promise<void>;
  readonly newToken: () => Token;
  readonly newId: () => string;
  readonly now: () => Date;
}

export interface Granted {
  readonly sessionToken: string;
  readonly maxAgeSeconds: number;
  readonly deviceToken: string | null;
}

/**
 * One answer for an unknown address and a wrong password, after the same work: tries are counted and
 * a hash is compared (a dummy where there is no account) either way.
 */
export async function signIn(
  deps: SignInDeps,
  form: SignInForm,
  caller: { readonly source: string; readonly device: string },
): Promise<Granted> {
  const email = normaliseEmail(form.email) ?? form.email;
  const emailKey = deps.emailKey(email);
  const account = await deps.findByEmail(emailKey);
  const trusted =
    account !== undefined &&
    form.deviceToken !== null &&
    (await deps.isTrusted(form.deviceToken, account));
  // A device that signed in before has a counter of its own: nobody can lock the owner out of it.
  const key = trusted ? `device:${form.deviceToken}` : `account:${emailKey}`;
  await checkPassword(deps, { account, password: form.password, key, source: caller.source });
  return grant(deps, account, { form, device: caller.device, trusted });
}

export async function checkPassword(
  deps: CheckDeps,
  attempt: { account: Account | undefined; password: string; key: string; source: string },
): Promise<void> {
  const { account, password, key, source } = attempt;
  await deps.takeTry(key, source);
  const matches = await deps.verify(password, account?.passwordHash);
  if (!matches || account === undefined) {
    await deps.audit(account, 'authn_login_fail');
    throw new AppError('auth.required', 'address or password is wrong', {
      details: { reason: 'auth.failed' },
    });
  }
  await deps.clearTries(key);
  await deps.rehash(account, password);
}

async function grant(
  deps: SignInDeps,
  account: Account | undefined,
  how: { form: SignInForm; device: string; trusted: boolean },
): Promise<Granted> {
  if (account === undefined) {
    throw new AppError('internal', 'no account behind a matching password');
  }
  if (account.verifiedAt === null) {
    // Said only to someone who knows the password.
    throw new AppError('auth.forbidden', 'the address must be verified first', {
      details: { reason: 'auth.unverified' },
    });
  }
  const device = how.trusted ? undefined : deps.newToken();
  if (device !== undefined) {
    await deps.trustDevice(device, account);
  }
  const opened = await openSession(deps, account, how.form.remember, how.device);
  await deps.audit(account, 'session_created');
  return { ...opened, deviceToken: device?.raw ?? null };
}

async function openSession(deps: SignInDeps, account: Account, remember: boolean, device: string) {
  const token = deps.newToken();
  const now = deps.now();
  const session: Session = {
    sessionId: deps.newId(),
    accountId: account.accountId,
    merchantId: account.merchantId,
    remember,
    createdAt: now,
    lastSeenAt: now,
    freshUntil: new Date(now.getTime() + FRESH_MS),
    device,
  };
  await deps.openSession(token.hash, session);
  return { sessionToken: token.raw, maxAgeSeconds: maxAgeSeconds(session, now) };
}
