import {
  deviceOf,
  internalLoginBody,
  internalReauthenticateBody,
  logoutBody,
  reauthenticateGrant,
  sessionGrant,
} from '@tokometrics/contracts';
import { defineRoute, sourceOf } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import { reauthenticate } from '../domain/resolve-session.ts';
import type { ReauthenticateDeps } from '../domain/resolve-session.ts';
import { signIn } from '../domain/sign-in.ts';
import type { SignInDeps } from '../domain/sign-in.ts';
import { AUTH_BODY_LIMIT } from './limits.ts';

/*
 * These three speak to the gateway alone: it keeps the raw token in the browser's cookie and hands
 * it over in the body. No browser can reach them, since the gateway does not proxy their paths.
 */

export function postLogin(deps: SignInDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/sessions',
    summary: 'Sign in',
    body: internalLoginBody,
    bodyLimit: AUTH_BODY_LIMIT,
    response: { status: 201, schema: sessionGrant },
    errors: [
      'auth.required',
      'auth.forbidden',
      'rate.limited',
      'server.overloaded',
      'upstream.unavailable',
    ],
    auth: 'anonymous',
    audit: { action: 'session.created' },
    handle: ({ body, clientIp }) => {
      const { browser, os } = deviceOf(body.userAgent);
      return signIn(deps, body, { source: sourceOf(clientIp), device: `${browser} on ${os}` });
    },
  });
}

export function postReauthenticate(deps: ReauthenticateDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/sessions/reauthenticate',
    summary: 'Prove the password again; the session goes on under a new token',
    body: internalReauthenticateBody,
    bodyLimit: AUTH_BODY_LIMIT,
    response: { status: 200, schema: reauthenticateGrant },
    errors: [
      'auth.required',
      'resource.conflict',
      'rate.limited',
      'server.overloaded',
      'upstream.unavailable',
    ],
    auth: 'anonymous',
    audit: { action: 'session.reauthenticated' },
    handle: async ({ body, clientIp }) => {
      const source = sourceOf(clientIp);
      const granted = await reauthenticate(deps, body.sessionToken, body.password, source);
      return { ...granted, freshUntil: granted.freshUntil.toISOString() };
    },
  });
}

export interface LogoutDeps {
  readonly findSession: (raw: string, now: Date) => Promise<{ sessionId: string } | undefined>;
  readonly end: (sessionId: string) => Promise<void>;
  readonly now: () => Date;
}

export function postLogout(deps: LogoutDeps): Route {
  return defineRoute({
    method: 'post',
    path: '/v1/sessions/end',
    summary: 'Sign out; a second time does no harm',
    body: logoutBody,
    bodyLimit: AUTH_BODY_LIMIT,
    response: { status: 200, schema: z.object({ ended: z.boolean() }) },
    errors: ['upstream.unavailable'],
    auth: 'anonymous',
    audit: { action: 'session.ended' },
    handle: async ({ body }) => {
      const session = await deps.findSession(body.sessionToken, deps.now());
      if (session !== undefined) {
        await deps.end(session.sessionId);
      }
      return { ended: session !== undefined };
    },
  });
}
