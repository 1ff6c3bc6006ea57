import { AppError } from '@tokometrics/kit/errors';
import type { Account } from './account.ts';
import { normaliseEmail } from './email-address.ts';
import { sendVerification } from './register-account.ts';
import type { RegisterDeps } from './register-account.ts';

export interface VerifyDeps {
  readonly hashToken: (raw: string) => string;
  /** The account behind an unused, unexpired token; the token is gone afterwards. */
  readonly consume: (hash: string) => Promise<string | undefined>;
  readonly markVerified: (accountId: string, at: Date) => Promise<void>;
  readonly now: () => Date;
}

export async function verifyEmail(deps: VerifyDeps, rawToken: string): Promise<void> {
  const accountId = await deps.consume(deps.hashToken(rawToken));
  if (accountId === undefined) {
    throw new AppError('request.invalid', 'this link was used, is too old or is not ours', {
      details: { reason: 'token.invalid' },
    });
  }
  await deps.markVerified(accountId, deps.now());
}

export interface ResendDeps extends Pick<
  RegisterDeps,
  'newToken' | 'saveVerification' | 'queueMail' | 'now' | 'emailKey'
> {
  readonly findByEmail: (emailKey: string) => Promise<Account | undefined>;
}

/** Answers alike for every address; only an unverified one is sent a link. */
export async function resendVerification(deps: ResendDeps, email: string): Promise<void> {
  const normal = normaliseEmail(email);
  const account = normal === undefined ? undefined : await deps.findByEmail(deps.emailKey(normal));
  if (account?.verifiedAt === null) {
    await sendVerification(deps, account);
  }
}
