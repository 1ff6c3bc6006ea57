import { me, mePatch } from '@tokometrics/contracts';
import type { Me } from '@tokometrics/contracts';
import { AppError, defineRoute, noAudit } from '@tokometrics/kit';
import type { Passport, Route } from '@tokometrics/kit';
import type { Account } from '../domain/account.ts';

export interface MeDeps {
  readonly findAccount: (accountId: string) => Promise<Account | undefined>;
  readonly openProfile: (account: Account) => Promise<{ name: string; email: string }>;
  readonly sealName: (accountId: string, name: string) => Promise<string>;
  readonly update: (
    accountId: string,
    change: { name?: string; theme?: Account['theme'] },
  ) => Promise<void>;
  readonly currentPolicy: string;
}

export function getMe(deps: MeDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/me',
    summary: 'The signed-in account',
    response: { status: 200, schema: me },
    errors: ['resource.not_found', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: noAudit('read of own data'),
    handle: ({ passport }) => readMe(deps, passport),
  });
}

export function patchMe(deps: MeDeps): Route {
  return defineRoute({
    method: 'patch',
    path: '/v1/me',
    summary: 'Correct the name or change preferences',
    body: mePatch,
    response: { status: 200, schema: me },
    errors: ['resource.not_found', 'upstream.unavailable'],
    auth: { roles: ['owner'] },
    audit: { action: 'account.changed' },
    handle: async ({ passport, body }) => {
      const theme = body.preferences?.theme;
      const name =
        body.name === undefined ? undefined : await deps.sealName(passport.accountId, body.name);
      await deps.update(passport.accountId, {
        ...(name === undefined ? {} : { name }),
        ...(theme === undefined ? {} : { theme }),
      });
      return readMe(deps, passport);
    },
  });
}

async function readMe(deps: MeDeps, passport: Passport): Promise<Me> {
  const account = await deps.findAccount(passport.accountId);
  if (account === undefined) {
    throw new AppError('resource.not_found', 'this account no longer exists');
  }
  const profile = await deps.openProfile(account);
  return {
    accountId: account.accountId,
    merchantId: account.merchantId,
    ...profile,
    emailVerified: account.verifiedAt !== null,
    roles: [...account.roles],
    demo: account.demo,
    freshUntil:
      passport.freshUntil === null ? null : new Date(passport.freshUntil * 1000).toISOString(),
    preferences: { locale: account.locale, theme: account.theme },
    policy: { accepted: account.acceptance.policyVersion, current: deps.currentPolicy },
  };
}
