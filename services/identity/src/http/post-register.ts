import { registerBody, registerReply } from '@tokometrics/contracts';
import { defineRoute, truncateAddress } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { registerAccount } from '../domain/register-account.ts';
import type { RegisterDeps } from '../domain/register-account.ts';
import { AUTH_BODY_LIMIT } from './limits.ts';

export function postRegister(deps: RegisterDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/auth/register',
    summary: 'Open an account; answers alike for a known address',
    body: registerBody,
    bodyLimit: AUTH_BODY_LIMIT,
    response: { status: 202, schema: registerReply },
    errors: ['request.unacceptable', 'server.overloaded', 'upstream.unavailable'],
    auth: 'anonymous',
    audit: { action: 'account.registered' },
    handle: async ({ body, clientIp }) => {
      await registerAccount(deps, body, truncateAddress(clientIp));
      return { status: 'check_inbox' as const };
    },
  });
}
