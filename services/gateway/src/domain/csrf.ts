import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bound to the session: a token of another session, or of this one before a rotation, is worthless. */
export function csrfToken(key: string, sessionToken: string): string {
  return createHmac('sha256', key).update(`csrf|${sessionToken}`).digest('base64url');
}

export interface UnsafeRequest {
  readonly contentType: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly csrfHeader: string | undefined;
}

export interface CsrfRules {
  readonly origin: string;
  /** The token this session must present; undefined for an anonymous call. */
  readonly expected: string | undefined;
}

/** Four guards, each of which alone stops a hostile page; anonymous calls need the first three. */
export function passesCsrf(request: UnsafeRequest, rules: CsrfRules): boolean {
  const isJson = /^application\/json\s*(;|$)/i.test(request.contentType ?? '');
  const sameOrigin = request.origin === rules.origin;
  const sameSite =
    request.fetchSite === undefined ||
    request.fetchSite === 'same-origin' ||
    request.fetchSite === 'none';
  const token = rules.expected === undefined || equal(request.csrfHeader, rules.expected);
  return isJson && sameOrigin && sameSite && token;
}

function equal(given: string | undefined, expected: string): boolean {
  const left = Buffer.from(given ?? '');
  const right = Buffer.from(expected);
  return left.length === right.length && timingSafeEqual(left, right);
}
