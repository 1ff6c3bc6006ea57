import { createHash, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Resolved } from './resolve-session.ts';

export const PASSPORT_SECONDS = 60;
const PASSPORT_ISSUER = 'tokometrics-identity';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** RFC 7638 thumbprint: a key's name follows from the key. */
export function thumbprint(jwk: { kty: string; crv: string; x: string; y: string }): string {
  const canonical = JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y });
  return createHash('sha256').update(canonical).digest('base64url');
}

/** One minute, one audience: what a service may know of who asks. Synchronous, see the bulkhead. */
export function signPassport(
  key: { readonly privateKey: KeyObject; readonly kid: string },
  { session, account }: Resolved,
  audience: string,
  now: Date,
): string {
  const iat = Math.floor(now.getTime() / 1000);
  const header = encode({ alg: 'ES256', typ: 'passport+jwt', kid: key.kid });
  const claims = encode({
    iss: PASSPORT_ISSUER,
    aud: audience,
    sub: account.accountId,
    tenant: account.merchantId,
    roles: account.roles,
    sid: session.sessionId,
    fresh: session.freshUntil === null ? null : Math.floor(session.freshUntil.getTime() / 1000),
    iat,
    exp: iat + PASSPORT_SECONDS,
  });
  const body = `${header}.${claims}`;
  const signature = sign('sha256', Buffer.from(body), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${body}.${signature.toString('base64url')}`;
}
