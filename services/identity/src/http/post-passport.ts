import { passportBody, passportReply } from '@tokometrics/contracts';
import { defineRoute, noAudit } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { PASSPORT_SECONDS } from '../domain/passport.ts';
import { resolveSession } from '../domain/resolve-session.ts';
import type { ResolveDeps, Resolved } from '../domain/resolve-session.ts';

export interface PassportDeps extends ResolveDeps {
  readonly sign: (resolved: Resolved, audience: string, now: Date) => string;
}

/** The session itself is the proof: whoever holds it may act for its account, one audience at a time. */
export function postPassport(deps: PassportDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/passports',
    summary: 'Exchange a session for a passport of one minute',
    body: passportBody,
    response: { status: 200, schema: passportReply },
    errors: ['auth.required', 'upstream.unavailable'],
    auth: 'anonymous',
    audit: noAudit('happens at every request; the session itself is audited'),
    handle: async ({ body }) => {
      const resolved = await resolveSession(deps, body.sessionToken);
      const now = deps.now();
      return {
        passport: deps.sign(resolved, body.audience, now),
        sessionId: resolved.session.sessionId,
        accountId: resolved.account.accountId,
        merchantId: resolved.account.merchantId,
        freshUntil: resolved.session.freshUntil?.toISOString() ?? null,
        expiresAt: new Date(now.getTime() + PASSPORT_SECONDS * 1000).toISOString(),
      };
    },
  });
}

const publicKeys = z.object({
  keys: z.array(
    z.object({
      kty: z.string(),
      crv: z.string(),
      x: z.string(),
      y: z.string(),
      kid: z.string(),
      use: z.literal('sig'),
      alg: z.literal('ES256'),
    }),
  ),
});

export function getPassportKeys(keys: () => z.infer<typeof publicKeys>): Route {
  return defineRoute({
    method: 'get',
    path: '/v1/passport-keys',
    summary: 'Public keys that verify passports',
    response: { status: 200, schema: publicKeys },
    errors: [],
    auth: 'anonymous',
    audit: noAudit('public keys'),
    handle: () => keys(),
  });
}
