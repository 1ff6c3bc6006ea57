import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { PASSPORT_HEADER, PASSPORT_ISSUER, PASSPORT_TYPE } from '@tokometrics/kit';
import type { Passport } from '@tokometrics/kit';

export interface TestPassport extends Partial<Omit<Passport, 'audience'>> {
  readonly audience: string;
  readonly merchantId: string;
  readonly accountId: string;
  /** Epoch seconds of issue; default now. */
  readonly issuedAt?: number;
  readonly lifetimeSeconds?: number;
  /** For hostile tests: claims and header fields to replace. */
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

export interface TestPassports {
  /** For IDENTITY_URL; serves `/v1/passport-keys`. */
  readonly identityUrl: string;
  readonly jwksUrl: string;
  sign(passport: TestPassport): string;
  /** The header to send along. */
  headers(passport: TestPassport): Record<string, string>;
  stop(): Promise<void>;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function claimsOf(passport: TestPassport): object {
  const iat = passport.issuedAt ?? Math.floor(Date.now() / 1000);
  return {
    iss: PASSPORT_ISSUER,
    aud: passport.audience,
    sub: passport.accountId,
    tenant: passport.merchantId,
    roles: passport.roles ?? ['owner'],
    sid: passport.sessionId ?? 'test-session',
    fresh: passport.freshUntil ?? null,
    iat,
    exp: iat + (passport.lifetimeSeconds ?? 60),
    ...passport.claims,
  };
}

/** Identity as services see it: a key endpoint, and passports signed with that key. */
export async function startTestPassports(): Promise<TestPassports> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const keys = JSON.stringify({ keys: [{ kty, crv, x, y, kid, use: 'sig', alg: 'ES256' }] });
  const server = createServer((request, response) => {
    const isKeys = request.url === '/v1/passport-keys';
    response.writeHead(isKeys ? 200 : 404, { 'content-type': 'application/json' });
    response.end(isKeys ? keys : '{}');
  });
  server.listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const identityUrl = `http://127.0.0.1:${String(port)}`;

  const signPassport = (passport: TestPassport): string => {
    const header = encode({ alg: 'ES256', typ: PASSPORT_TYPE, kid, ...passport.header });
    const body = `${header}.${encode(claimsOf(passport))}`;
    const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
  };
  return {
    identityUrl,
    jwksUrl: `${identityUrl}/v1/passport-keys`,
    sign: signPassport,
    headers: (passport) => ({ [PASSPORT_HEADER]: signPassport(passport) }),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
