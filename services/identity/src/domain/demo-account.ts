import type { Account } from './account.ts';
import { normaliseEmail } from './email-address.ts';
import type { RegisterDeps } from './register-account.ts';

/** A ready account for whoever tries the product on this machine: verified, marked as demo, made once. */
export async function createDemoAccount(
  deps: Pick<
    RegisterDeps,
    | 'emailKey'
    | 'findByEmail'
    | 'hashPassword'
    | 'newIds'
    | 'sealProfile'
    | 'insert'
    | 'announce'
    | 'currentPolicy'
    | 'now'
  >,
  login: { readonly email: string; readonly password: string },
): Promise<void> {
  const email = normaliseEmail(login.email);
  if (email === undefined) {
    throw new Error('DEMO_EMAIL is not an e-mail address');
  }
  const emailKey = deps.emailKey(email);
  if ((await deps.findByEmail(emailKey)) !== undefined) {
    return;
  }
  const { accountId, merchantId } = deps.newIds();
  const at = deps.now();
  const account: Account = {
    accountId,
    merchantId,
    emailKey,
    ...(await deps.sealProfile(accountId, { name: 'Demo merchant', email })),
    passwordHash: await deps.hashPassword(login.password),
    verifiedAt: at,
    roles: ['owner'],
    demo: true,
    locale: 'en',
    theme: 'system',
    acceptance: {
      policyVersion: deps.currentPolicy,
      transfer: true,
      adult: true,
      at,
      network: 'local',
    },
    createdAt: at,
  };
  if (await deps.insert(account)) {
    await deps.announce(account);
  }
}
