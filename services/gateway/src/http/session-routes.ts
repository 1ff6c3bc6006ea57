import {
  csrfReply,
  loginBody,
  loginReply,
  reauthenticateBody,
  reauthenticateReply,
} from '@tokometrics/contracts';
import { AppError, defineRoute, noAudit, reply } from '@tokometrics/kit';
import type { Route } from '@tokometrics/kit';
import { z } from 'zod';
import {
  clearedSessionCookie,
  DEVICE_COOKIE,
  deviceCookie,
  readCookie,
  SESSION_COOKIE,
  sessionCookie,
} from '../domain/cookies.ts';
import { csrfToken } from '../domain/csrf.ts';
import type { IdentityClient } from '../domain/ports.ts';

export interface SessionRouteDeps {
  readonly identity: IdentityClient;
  readonly csrfKey: string;
}

const AUTH_BODY_LIMIT = 16 * 1024;
const CLEAR_SITE_DATA = '"cache", "cookies", "storage"';

/** The raw token goes from identity into the cookie here, and no script ever sees it. */
export function sessionRoutes({ identity, csrfKey }: SessionRouteDeps): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/v1/auth/login',
      summary: 'Sign in',
      body: loginBody,
      bodyLimit: AUTH_BODY_LIMIT,
      response: { status: 200, schema: loginReply },
      errors: ['auth.required', 'auth.forbidden', 'rate.limited'],
      auth: 'anonymous',
      audit: noAudit('identity audits it'),
      handle: async ({ body, headers, clientIp }) => {
        const deviceToken = readCookie(headers.cookie, DEVICE_COOKIE) ?? null;
        const userAgent = (headers['user-agent'] ?? '').slice(0, 400);
        const granted = await identity.login({ ...body, deviceToken, userAgent }, clientIp);
        const cookies = [sessionCookie(granted.sessionToken, granted.maxAgeSeconds)];
        if (granted.deviceToken !== null) {
          cookies.push(deviceCookie(granted.deviceToken));
        }
        return reply(200, { next: 'done' }, { 'set-cookie': cookies });
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/auth/reauthenticate',
      summary: 'Prove the password again before what cannot be undone',
      body: reauthenticateBody,
      bodyLimit: AUTH_BODY_LIMIT,
      response: { status: 200, schema: reauthenticateReply },
      errors: ['auth.required', 'resource.conflict', 'rate.limited'],
      auth: 'anonymous',
      audit: noAudit('identity audits it'),
      handle: async ({ body, headers, clientIp }) => {
        const sessionToken = sessionOf(headers.cookie);
        const granted = await identity.reauthenticate({ ...body, sessionToken }, clientIp);
        return reply(
          200,
          { freshUntil: granted.freshUntil },
          { 'set-cookie': sessionCookie(granted.sessionToken, granted.maxAgeSeconds) },
        );
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/v1/auth/logout',
      summary: 'Sign out of this browser',
      body: z.strictObject({}).optional(),
      response: { status: 200, schema: z.object({ signedOut: z.literal(true) }) },
      errors: [],
      auth: 'anonymous',
      audit: noAudit('identity audits it'),
      handle: async ({ headers }) => {
        const token = readCookie(headers.cookie, SESSION_COOKIE);
        if (token !== undefined) {
          await identity.logout(token);
        }
        return reply(
          200,
          { signedOut: true },
          { 'set-cookie': clearedSessionCookie(), 'clear-site-data': CLEAR_SITE_DATA },
        );
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/v1/auth/csrf',
      summary: 'Token that unsafe requests of this session carry',
      response: { status: 200, schema: csrfReply },
      errors: ['auth.required'],
      auth: 'anonymous',
      audit: noAudit('bound to the session, worthless without it'),
      handle: ({ headers }) => ({ csrfToken: csrfToken(csrfKey, sessionOf(headers.cookie)) }),
    }),
  ];
}

function sessionOf(cookieHeader: string | undefined): string {
  const token = readCookie(cookieHeader, SESSION_COOKIE);
  if (token === undefined) {
    throw new AppError('auth.required', 'sign in to go on');
  }
  return token;
}
