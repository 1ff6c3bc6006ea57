import { registerReply, resendVerificationBody, verifyEmailBody } from '@tokometrics/contracts';
import { defineRoute } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { resendVerification, verifyEmail } from '../domain/verify-email.ts';
import type { ResendDeps, VerifyDeps } from '../domain/verify-email.ts';
import { AUTH_BODY_LIMIT } from './limits.ts';

/** Only a POST uses the token up: mail scanners open links. */
export function postVerifyEmail(deps: VerifyDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/auth/verify-email',
    summary: 'Use the token of a mailed link',
    body: verifyEmailBody,
    bodyLimit: AUTH_BODY_LIMIT,
    response: { status: 200, schema: z.object({ verified: z.literal(true) }) },
    errors: ['request.invalid', 'upstream.unavailable'],
    auth: 'anonymous',
    audit: { action: 'account.verified' },
    handle: async ({ body }) => {
      await verifyEmail(deps, body.token);
      return { verified: true as const };
    },
  });
}

export function postResendVerification(deps: ResendDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/auth/verify-email/resend',
    summary: 'Send the link again; answers alike for every address',
    body: resendVerificationBody,
    bodyLimit: AUTH_BODY_LIMIT,
    response: { status: 202, schema: registerReply },
    errors: ['upstream.unavailable'],
    auth: 'anonymous',
    audit: { action: 'account.verification_resent' },
    handle: async ({ body }) => {
      await resendVerification(deps, body.email);
      return { status: 'check_inbox' as const };
    },
  });
}
