import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { SESSION_COOKIE } from '../domain/cookies.ts';
import { csrfToken } from '../domain/csrf.ts';
import { SECURITY_HEADERS } from '../domain/security-headers.ts';
import { CSRF_KEY, ORIGIN, startEdge, startUpstream, TOKEN } from './edge.fixture.ts';
import type { Seen } from './edge.fixture.ts';

const SHOP = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const PASSPORT = {
  passport: 'the.pass.port',
  sessionId: 'sid',
  accountId: SHOP,
  merchantId: SHOP,
  freshUntil: null,
  expiresAt: '2026-11-25T10:00:00Z',
};
const GRANT = { sessionToken: TOKEN, maxAgeSeconds: 43_200, deviceToken: 'D'.repeat(43) };
const cookie = `${SESSION_COOKIE}=${TOKEN}`;

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) {
    await stop();
  }
});

async function setup(
  answers: (seen: Seen) => readonly [number, unknown] | undefined = () => undefined,
  perMinute = 600,
) {
  const upstream = await startUpstream((seen) => {
    const own = answers(seen);
    if (own !== undefined) {
      return own;
    }
    return seen.url === '/v1/passports' ? [200, PASSPORT] : [200, { served: seen.url }];
  });
  const edge = await startEdge(upstream.url, perMinute);
  stops.push(async () => {
    await edge.stop();
    upstream.server.close();
    upstream.server.closeAllConnections();
  });
  return { ...edge, seen: upstream.seen, upstream };
}

const unsafe = (extra: Record<string, string> = {}) => ({
  'content-type': 'application/json',
  origin: ORIGIN,
  cookie,
  'x-csrf-token': csrfToken(CSRF_KEY, TOKEN),
  ...extra,
});

describe('the edge', () => {
  it('puts a passport of the right service in place of the session', async () => {
    const { url, seen } = await setup();
    const answer = await fetch(`${url}/api/v1/metrics/overview?shop=${SHOP}`, {
      headers: { cookie },
    });

    expect(answer.status).toBe(200);
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({ sessionToken: TOKEN, audience: 'analytics' });
    expect(seen[1]).toMatchObject({
      url: `/v1/metrics/overview?shop=${SHOP}`,
      headers: { 'tm-passport': 'the.pass.port', 'tm-client-ip': '127.0.0.1' },
    });
    expect(seen[1]?.headers.cookie).toBeUndefined();
  });

  it('takes nothing from a client that claims to be one of our own parts', async () => {
    const { url, seen } = await setup();
    await fetch(`${url}/api/v1/metrics/dictionary`, {
      headers: {
        'tm-passport': 'forged',
        'tm-client-ip': '203.0.113.1',
        'x-forwarded-for': '203.0.113.2',
      },
    });

    expect(seen[0]?.headers).toMatchObject({ 'tm-client-ip': '127.0.0.1' });
    expect(seen[0]?.headers['tm-passport']).toBeUndefined();
  });

  it.each([
    ['a page', '/overview', 200],
    ['an asset', '/assets/app-1a2b.js', 200],
    ['a missing asset', '/assets/none.js', 404],
    ['an unknown path of the API', '/api/v1/nowhere', 404],
    ['a path of a service that is not public', '/api/v1/sessions', 404],
    ['a service path without prefix', '/v1/passports', 404],
    ['a route without session', '/api/v1/shops', 401],
    ['a wrong method', '/api/v1/auth/login', 405],
  ])('answers %s with %s as %d, with every guard header', async (_name, path, status) => {
    const { url } = await setup();
    const answer = await fetch(`${url}${path}`);

    expect(answer.status).toBe(status);
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
      expect(answer.headers.get(name)).toBe(value);
    }
  });

  it('lets an unsafe request through only with all that our own page sends', async () => {
    const { url, seen } = await setup();
    const path = `${url}/api/v1/shops/${SHOP}/connection`;
    const good = await fetch(path, { method: 'DELETE', headers: unsafe() });
    const refused = await Promise.all(
      [
        { origin: 'http://evil.test' },
        { 'x-csrf-token': 'x' },
        { 'content-type': 'text/plain' },
        { 'sec-fetch-site': 'cross-site' },
      ].map(async (change) => fetch(path, { method: 'DELETE', headers: unsafe(change) })),
    );

    expect(good.status).toBe(200);
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
    expect(await refused[0]?.json()).toMatchObject({
      code: 'auth.forbidden',
      reason: 'csrf.rejected',
    });
    expect(seen.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });

  it('keeps the session token in a cookie and out of the answer', async () => {
    const { url, seen } = await setup(({ url: path }) =>
      path === '/v1/sessions' ? [201, GRANT] : undefined,
    );
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN },
      body: JSON.stringify({ email: 'a@b.test', password: 'secret words', remember: false }),
    });
    const text = await answer.text();

    expect(text).toBe('{"next":"done"}');
    expect(answer.headers.getSetCookie()[0]).toContain(`${SESSION_COOKIE}=${TOKEN}; Max-Age=43200`);
    expect(answer.headers.getSetCookie()[1]).toContain('__Host-tm_dev=');
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ deviceToken: null });
  });

  it('passes on why identity refused, and when to come back', async () => {
    const { url } = await setup(({ url: path }) =>
      path === '/v1/sessions'
        ? [401, { code: 'auth.required', reason: 'auth.failed', detail: 'wrong' }]
        : undefined,
    );
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: ORIGIN },
      body: JSON.stringify({ email: 'a@b.test', password: 'x', remember: false }),
    });

    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'auth.required', reason: 'auth.failed' });
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('clears cookies and the rest of the site at sign-out', async () => {
    const { url } = await setup(({ url: path }) =>
      path === '/v1/sessions/end' ? [200, { ended: true }] : undefined,
    );
    const answer = await fetch(`${url}/api/v1/auth/logout`, {
      method: 'POST',
      headers: unsafe(),
      body: '{}',
    });

    expect(answer.status).toBe(200);
    expect(answer.headers.getSetCookie()[0]).toContain('Max-Age=0');
    expect(answer.headers.get('clear-site-data')).toContain('"storage"');
  });

  it('limits a session, not its neighbours', async () => {
    const { url } = await setup(undefined, 2);
    const call = (as: string) =>
      fetch(`${url}/api/v1/shops`, { headers: { cookie: `${SESSION_COOKIE}=${as.repeat(43)}` } });
    const first = [await call('a'), await call('a'), await call('a')].map(({ status }) => status);

    expect(first).toEqual([200, 200, 429]);
    expect((await call('b')).status).toBe(200);
  });

  it('counts made-up sessions for their address, one for each request or not', async () => {
    const { url } = await setup(
      ({ url: path }) => (path === '/v1/passports' ? [401, { code: 'auth.required' }] : undefined),
      2,
    );
    const statuses: number[] = [];
    for (const letter of ['a', 'b', 'c']) {
      const headers = { cookie: `${SESSION_COOKIE}=${letter.repeat(43)}` };
      statuses.push((await fetch(`${url}/api/v1/shops`, { headers })).status);
    }

    expect(statuses).toEqual([401, 401, 429]);
  });

  it('says that a part does not answer, without naming it', async () => {
    const { url, upstream } = await setup();
    upstream.server.close();
    upstream.server.closeAllConnections();
    const answer = await fetch(`${url}/api/v1/metrics/dictionary`);

    expect(answer.status).toBe(503);
    expect(
      Object.keys(
        z
          .object({})
          .loose()
          .parse(await answer.json()),
      ).sort(),
    ).toEqual(['code', 'status', 'title', 'traceId', 'type']);
  });

  it('hands webhooks on byte for byte, with their signature and without a session', async () => {
    const { url, seen } = await setup();
    const body = '{ "type":1,  "product_id":576460752303423489 }';
    await fetch(`${url}/v1/webhooks/tiktok`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'ab'.repeat(32), cookie },
      body,
    });

    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({
      url: '/v1/webhooks/tiktok',
      body,
      headers: { authorization: 'ab'.repeat(32) },
    });
    expect(seen[0]?.headers.cookie).toBeUndefined();
  });

  it('shows a person who comes back from TikTok a page, and a program the problem', async () => {
    const { url } = await setup(({ url: path }) =>
      path.startsWith('/v1/shops/callback')
        ? [400, { code: 'request.invalid', reason: 'oauth.state_invalid' }]
        : undefined,
    );
    const path = `${url}/api/v1/shops/callback?state=x&code=y`;
    const person = await fetch(path, {
      redirect: 'manual',
      headers: { cookie, accept: 'text/html' },
    });
    const program = await fetch(path, { redirect: 'manual', headers: { cookie } });

    expect([person.status, person.headers.get('location')]).toEqual([
      303,
      '/settings/connect?problem=oauth.state_invalid',
    ]);
    expect(program.status).toBe(400);
  });
});
