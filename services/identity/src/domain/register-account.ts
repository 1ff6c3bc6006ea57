import type { AccountId, MerchantId } from '@tokometrics/contracts';
import { AppError } from '@tokometrics/kit/errors';
import type { Account, Acceptance, Token } from './account.ts';
import { normaliseEmail } from './email-address.ts';
import { passwordProblem } from './password-policy.ts';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly name: string;
  readonly locale: string;
  readonly ageConfirmed18: boolean;
  readonly acceptedPolicyVersion: string;
  readonly acceptTransfer: boolean;
}

export interface RegisterDeps {
  readonly currentPolicy: string;
  readonly isCommon: (folded: string) => boolean;
  readonly hashPassword: (password: string) => Promise<string>;
  readonly emailKey: (email: string) => string;
  readonly findByEmail: (emailKey: string) => Promise<Account | undefined>;
  /** Creates the account's key and seals name and address with it. */
  readonly sealProfile: (
    id: AccountId,
    profile: { name: string; email: string },
  ) => Promise<{ name: string; email: string }>;
  /** False when another request took the address first. */
  readonly insert: (account: Account) => Promise<boolean>;
  readonly announce: (account: Account) => Promise<void>;
  readonly newIds: () => { accountId: AccountId; merchantId: MerchantId };
  readonly newToken: () => Token;
  readonly saveVerification: (hash: string, accountId: AccountId, expiresAt: Date) => Promise<void>;
  readonly queueMail: (mail: {
    accountId: AccountId;
    template: 'verify_address' | 'already_registered';
    token: string | null;
  }) => Promise<void>;
  readonly now: () => Date;
}

const VERIFICATION_MS = 24 * 3_600_000;

/**
 * Always ends alike, whether or not the address is known: the hash is computed and a mail queued on
 * both ways, so that neither the answer nor its time tells who has an account.
 */
export async function registerAccount(
  deps: RegisterDeps,
  form: Registration,
  network: string,
): Promise<void> {
  const email = checkForm(deps, form);
  const passwordHash = await deps.hashPassword(form.password);
  const emailKey = deps.emailKey(email);
  const existing = await deps.findByEmail(emailKey);
  if (existing !== undefined) {
    await remind(deps, existing);
    return;
  }
  const acceptance: Acceptance = {
    policyVersion: form.acceptedPolicyVersion,
    transfer: true,
    adult: true,
    at: deps.now(),
    network,
  };
  const account = await createAccount(deps, { form, email, emailKey, passwordHash, acceptance });
  if (account !== undefined) {
    await sendVerification(deps, account);
  }
}

function checkForm(deps: RegisterDeps, form: Registration): string {
  if (!form.ageConfirmed18) {
    throw refused('age.not_confirmed', 'accounts are for merchants of 18 years and older');
  }
  if (form.acceptedPolicyVersion !== deps.currentPolicy || !form.acceptTransfer) {
    throw refused('policy.not_accepted', 'the current privacy policy must be accepted');
  }
  const email = normaliseEmail(form.email);
  if (email === undefined) {
    throw new AppError('request.invalid', 'this is not an e-mail address', {
      details: { errors: [{ pointer: '/email', reason: 'email.invalid' }] },
    });
  }
  const problem = passwordProblem(form.password, { email, words: [form.name] }, deps.isCommon);
  if (problem !== undefined) {
    throw new AppError('request.unacceptable', 'this password is too easy to guess', {
      details: {
        reason: 'password.unacceptable',
        errors: [{ pointer: '/password', reason: `password.${problem}` }],
      },
    });
  }
  return email;
}

function refused(reason: string, message: string): AppError {
  return new AppError('request.unacceptable', message, { details: { reason } });
}

interface NewAccount {
  readonly form: Registration;
  readonly email: string;
  readonly emailKey: string;
  readonly passwordHash: string;
  readonly acceptance: Acceptance;
}

async function createAccount(deps: RegisterDeps, input: NewAccount): Promise<Account | undefined> {
  const { accountId, merchantId } = deps.newIds();
  const profile = await deps.sealProfile(accountId, { name: input.form.name, email: input.email });
  const account: Account = {
    accountId,
    merchantId,
    emailKey: input.emailKey,
    ...profile,
    passwordHash: input.passwordHash,
    verifiedAt: null,
    roles: ['owner'],
    demo: false,
    locale: input.form.locale,
    theme: 'system',
    acceptance: input.acceptance,
    createdAt: deps.now(),
  };
  if (!(await deps.insert(account))) {
    return undefined;
  }
  await deps.announce(account);
  return account;
}

/** A known but unverified address gets its link again; a verified one is told that it has an account. */
async function remind(deps: RegisterDeps, account: Account): Promise<void> {
  if (account.verifiedAt === null) {
    await sendVerification(deps, account);
  } else {
    await deps.queueMail({
      accountId: account.accountId,
      template: 'already_registered',
      token: null,
    });
  }
}

export async function sendVerification(
  deps: Pick<RegisterDeps, 'newToken' | 'saveVerification' | 'queueMail' | 'now'>,
  account: Account,
): Promise<void> {
  const token = deps.newToken();
  const expiresAt = new Date(deps.now().getTime() + VERIFICATION_MS);
  await deps.saveVerification(token.hash, account.accountId, expiresAt);
  await deps.queueMail({
    accountId: account.accountId,
    template: 'verify_address',
    token: token.raw,
  });
}
