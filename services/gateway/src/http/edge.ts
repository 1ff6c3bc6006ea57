import type { PassportReply } from '@tokometrics/contracts';
import { AppError, sourceOf } from '@tokometrics/kit';
import type { Clock } from '@tokometrics/kit';
import type { RequestHandler } from 'express';
import { readCookie, SESSION_COOKIE } from '../domain/cookies.ts';
import { csrfToken, passesCsrf } from '../domain/csrf.ts';
import type { EdgeLimits } from '../domain/edge-limits.ts';
import { isAnonymous } from '../domain/route-table.ts';
import { SECURITY_HEADERS } from '../domain/security-headers.ts';

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** First of all, so that errors and redirects carry them too. */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    response.setHeader(name, value);
  }
  next();
};

/** Nobody outside may speak as one of our own parts. */
export const stripInternalHeaders: RequestHandler = (request, _response, next) => {
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith('tm-') || name === 'x-user-id' || name === 'x-tenant') {
      request.headers[name] = undefined;
    }
  }
  next();
};

export function csrfGuard(rules: {
  readonly key: string;
  readonly origin: string;
}): RequestHandler {
  return (request, _response, next) => {
    const { method, path, headers } = request;
    if (SAFE.has(method) || !path.startsWith('/api/')) {
      next();
      return;
    }
    const session = readCookie(headers.cookie, SESSION_COOKIE);
    const needsToken = session !== undefined && !isAnonymous(method, path);
    const passed = passesCsrf(
      {
        contentType: headers['content-type'],
        origin: headers.origin,
        fetchSite: single(headers['sec-fetch-site']),
        csrfHeader: single(headers['x-csrf-token']),
      },
      { origin: rules.origin, expected: needsToken ? csrfToken(rules.key, session) : undefined },
    );
    if (!passed) {
      throw new AppError('auth.forbidden', 'this request did not come from our own page', {
        details: { reason: 'csrf.rejected' },
      });
    }
    next();
  };
}

export function rateGuard(limits: EdgeLimits, clock: Clock): RequestHandler {
  return (request, _response, next) => {
    if (!request.path.startsWith('/api/')) {
      next();
      return;
    }
    const session = readCookie(request.headers.cookie, SESSION_COOKIE);
    // A socket for both kinds of addresses writes an IPv4 one as the tail of an IPv6 one.
    const source = sourceOf((request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''));
    const wait = limits.take({ source, session }, clock.monotonicMs());
    if (wait > 0) {
      throw new AppError('rate.limited', 'too many requests; wait and try again', {
        details: { retryAfterSeconds: wait },
      });
    }
    next();
  };
}

type Passport = (sessionToken: string, audience: string) => Promise<PassportReply>;

/** Whose session identity has confirmed is no stranger to the limits from then on. */
export function vouching(passport: Passport, limits: EdgeLimits, clock: Clock): Passport {
  return async (sessionToken, audience) => {
    const reply = await passport(sessionToken, audience);
    limits.know(sessionToken, clock.monotonicMs());
    return reply;
  };
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? undefined : value;
