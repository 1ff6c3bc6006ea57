import { createHash } from 'node:crypto';
import { AppError } from '@tokometrics/kit';
import type { Clock } from '@tokometrics/kit';
import type { RequestHandler } from 'express';
import { readCookie, SESSION_COOKIE } from '../domain/cookies.ts';
import { csrfToken, passesCsrf } from '../domain/csrf.ts';
import type { RateLimiter } from '../domain/rate-window.ts';
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

export function rateGuard(limiter: RateLimiter, clock: Clock): RequestHandler {
  return (request, _response, next) => {
    if (!request.path.startsWith('/api/')) {
      next();
      return;
    }
    const session = readCookie(request.headers.cookie, SESSION_COOKIE);
    const key =
      session === undefined
        ? `ip:${request.socket.remoteAddress ?? ''}`
        : createHash('sha256').update(session).digest('base64url');
    const wait = limiter.take(key, clock.monotonicMs());
    if (wait > 0) {
      throw new AppError('rate.limited', 'too many requests; wait and try again', {
        details: { retryAfterSeconds: wait },
      });
    }
    next();
  };
}

const single = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? undefined : value;
