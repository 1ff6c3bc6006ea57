import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './logging.ts';
import { createPassportVerifier, PASSPORT_ISSUER, type PassportVerifier } from './passports.ts';

interface Key {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

function createKey(kid: string): Key {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' };
  return { kid, privateKey, jwk };
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const NOW = Date.parse('2026-03-01T12:00:00Z');
const nowSeconds = NOW / 1000;
const claims = {
  iss: PASSPORT_ISSUER,
  aud: 'connector',
  sub: 'ACCOUNT',
  tenant: 'MERCHANT',
  roles: ['owner'],
  sid: 'SESSION',
  fresh: nowSeconds + 300,
  iat: nowSeconds,
  exp: nowSeconds + 60,
};

function mint(key: Key, over: object = {}, header: object = {}): string {
  const head = { alg: 'ES256', typ: 'passport+jwt', kid: key.kid, ...header };
  const body = `${encode(head)}.${encode({ ...claims, ...over })}`;
  const signature = sign('sha256', Buffer.from(body), {
    key: key.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${body}.${signature.toString('base64url')}`;
}

describe('passport verifier', () => {
  const clock = { nowMs: NOW, uptimeMs: 0 };
  let keys: Key[] = [];
  let isDown = false;
  let fetches = 0;
  let delayMs = 0;
  let identity: Server;
  let verifier: PassportVerifier;

  beforeEach(async () => {
    Object.assign(clock, { nowMs: NOW, uptimeMs: 0 });
    keys = [createKey('k1')];
    isDown = false;
    fetches = 0;
    delayMs = 0;
    identity = createServer((_request, response) => {
      fetches += 1;
      response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/json' });
      setTimeout(() => {
        response.end(JSON.stringify({ keys: keys.map((key) => key.jwk) }));
      }, delayMs);
    });
    await new Promise<void>((resolve) => identity.listen(0, '127.0.0.1', resolve));
    const address = identity.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    verifier = createPassportVerifier({
      jwksUrl: `http://127.0.0.1:${String(port)}/v1/passport-keys`,
      audience: 'connector',
      clock: { now: () => new Date(clock.nowMs), monotonicMs: () => clock.uptimeMs },
      log: createLogger({ service: 'probe', level: 'silent' }),
    });
  });

  afterEach(async () => {
    identity.closeAllConnections();
    await new Promise((resolve) => identity.close(resolve));
  });

  const key = (index = 0): Key => keys[index] ?? createKey('none');
  const codeOf = (token: string) =>
    verifier.verify(token).then(
      () => 'accepted',
      (error: unknown) => (error as { code: string }).code,
    );

  it('reads a valid passport', async () => {
    expect(await verifier.verify(mint(key()))).toEqual({
      accountId: 'ACCOUNT',
      merchantId: 'MERCHANT',
      roles: ['owner'],
      sessionId: 'SESSION',
      freshUntil: nowSeconds + 300,
      audience: 'connector',
    });
    expect((await verifier.verify(mint(key(), { fresh: null }))).freshUntil).toBeNull();
  });

  it.each<[string, object, object]>([
    ['of another service', { aud: 'privacy' }, {}],
    ['for several services', { aud: ['connector', 'privacy'] }, {}],
    ['without audience', { aud: undefined }, {}],
    ['of another issuer', { iss: 'gateway' }, {}],
    ['of another type', {}, { typ: 'JWT' }],
    ['without type', {}, { typ: undefined }],
    ['with an unknown key id', {}, { kid: 'other' }],
    ['without key id', {}, { kid: undefined }],
    ['with an unknown critical header', {}, { crit: ['x'], x: 1 }],
    ['not valid yet', { nbf: nowSeconds + 6 }, {}],
    ['from the future', { iat: nowSeconds + 6, exp: nowSeconds + 60 }, {}],
    ['for longer than a minute', { exp: nowSeconds + 61 }, {}],
    ['without end', { exp: undefined }, {}],
    ['without tenant', { tenant: undefined }, {}],
    ['without roles', { roles: undefined }, {}],
    ['with roles as text', { roles: 'owner' }, {}],
    ['without session', { sid: '' }, {}],
  ])('refuses one %s', async (_name, over, header) => {
    expect(await codeOf(mint(key(), over, header))).toBe('auth.required');
  });

  it('refuses other algorithms, foreign signatures and embedded keys', async () => {
    const stranger = createKey('k1');
    const unsigned = `${encode({ alg: 'none', typ: 'passport+jwt', kid: 'k1' })}.${encode(claims)}.`;
    const hmacBody = `${encode({ alg: 'HS256', typ: 'passport+jwt', kid: 'k1' })}.${encode(claims)}`;
    const hmac = createHmac('sha256', JSON.stringify(key().jwk)).update(hmacBody);
    const jku = { jwk: stranger.jwk, jku: 'http://127.0.0.1:1/keys' };

    expect(await codeOf(unsigned)).toBe('auth.required');
    expect(await codeOf(`${hmacBody}.${hmac.digest('base64url')}`)).toBe('auth.required');
    expect(await codeOf(mint(stranger))).toBe('auth.required');
    expect(await codeOf(mint(stranger, {}, jku))).toBe('auth.required');
    expect(await codeOf('garbage')).toBe('auth.required');
    expect(await codeOf('')).toBe('auth.required');
    expect(await codeOf(`${mint(key()).slice(0, -3)}AAA`)).toBe('auth.required');
  });

  it('allows five seconds of leeway and no more', async () => {
    const token = mint(key());

    clock.nowMs = NOW + 64_000;
    expect(await codeOf(token)).toBe('accepted');
    clock.nowMs = NOW + 66_000;
    expect(await codeOf(token)).toBe('auth.required');
  });

  it('fetches keys once for many passports', async () => {
    await Promise.all(Array.from({ length: 20 }, () => verifier.verify(mint(key()))));

    expect(fetches).toBe(1);
  });

  it('finds a new key at once, and asks at most once in 30 s for unknown ones', async () => {
    await verifier.verify(mint(key()));
    clock.uptimeMs += 31_000;
    keys.push(createKey('k2'));

    expect(await codeOf(mint(key(1)))).toBe('accepted');
    expect(fetches).toBe(2);
    for (let n = 0; n < 50; n += 1) {
      expect(await codeOf(mint(key(), {}, { kid: `flood-${String(n)}` }))).toBe('auth.required');
    }
    expect(fetches).toBe(2);
    clock.uptimeMs += 30_000;
    await codeOf(mint(key(), {}, { kid: 'flood' }));
    expect(fetches).toBe(3);
  });

  it('trusts cached keys for ten minutes while identity is down, then answers 503', async () => {
    await verifier.verify(mint(key()));
    isDown = true;

    clock.uptimeMs = 599_000;
    expect(await codeOf(mint(key()))).toBe('accepted');
    clock.uptimeMs = 601_000;
    expect(await codeOf(mint(key()))).toBe('upstream.unavailable');
    isDown = false;
    clock.uptimeMs = 632_000;
    expect(await codeOf(mint(key()))).toBe('accepted');
  });

  it('forgets a withdrawn key soon after', async () => {
    const withdrawn = key();
    await verifier.verify(mint(withdrawn));
    keys = [createKey('k2')];

    clock.uptimeMs = 61_000;
    expect(await codeOf(mint(withdrawn))).toBe('accepted'); // and refreshes in the background
    for (let tries = 0; tries < 100 && (await codeOf(mint(withdrawn))) === 'accepted'; tries += 1) {
      await delay(10);
    }

    expect(await codeOf(mint(withdrawn))).toBe('auth.required');
  });

  it('waits for the fetch that runs instead of starting another', async () => {
    delayMs = 100;
    const first = codeOf(mint(key()));
    await delay(20);
    clock.uptimeMs += 600;

    expect(await codeOf(mint(key()))).toBe('accepted');
    expect(await first).toBe('accepted');
    expect(fetches).toBe(1);
  });

  it('answers 503 until identity was reached once, asking at most twice a second', async () => {
    isDown = true;
    expect(await codeOf(mint(key()))).toBe('upstream.unavailable');
    expect(await codeOf(mint(key()))).toBe('upstream.unavailable');
    expect(fetches).toBe(1);
    isDown = false;
    clock.uptimeMs += 500;
    expect(await codeOf(mint(key()))).toBe('accepted');
  });

  it('takes no key set that holds anything but P-256 keys', async () => {
    keys = [{ ...key(), jwk: { kty: 'oct', k: 'AAAA', kid: 'k1' } }];

    expect(await codeOf(mint(key()))).toBe('upstream.unavailable');
  });
});
