import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError } from '../errors.ts';
import { defineRoute, noAudit, type RouteAuth } from './define-route.ts';
import { as, problemOf, serve } from './serve.fixture.ts';

function guarded(auth: RouteAuth, path = '/v1/guarded') {
  return defineRoute({
    method: 'post',
    path,
    summary: 'Guarded',
    body: z.strictObject({}),
    response: { status: 200, schema: z.unknown() },
    errors: [],
    auth,
    audit: noAudit('test'),
    handle: ({ passport }) => ({ account: passport?.accountId ?? null }),
  });
}

const owners = guarded({ roles: ['owner', 'admin'] });

describe('a route for roles', () => {
  it.each([
    ['no passport', {}],
    ['an invalid passport', { 'tm-passport': 'garbage' }],
    ['an empty passport', { 'tm-passport': '' }],
  ])('answers 401 to %s', async (_name, headers) => {
    await using server = await serve([owners]);

    const response = await server.post('/v1/guarded', {}, headers);

    expect(await problemOf(response)).toMatchObject({ status: 401, code: 'auth.required' });
  });

  it('answers 401 to everyone when the service has no verifier', async () => {
    await using server = await serve([owners], { passports: undefined as never });

    expect((await server.post('/v1/guarded', {}, as())).status).toBe(401);
  });

  it.each([
    [['owner'], 200],
    [['viewer', 'admin'], 200],
    [['viewer'], 403],
    [[], 403],
    [['OWNER'], 403],
  ])('answers roles %j with %i', async (roles, status) => {
    await using server = await serve([owners]);

    const response = await server.post('/v1/guarded', {}, as({ roles }));

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(
      status === 200
        ? { account: 'ACCOUNT' }
        : { code: 'auth.forbidden', reason: 'role.forbidden' },
    );
  });

  it('asks for the passport before it reads the body', async () => {
    await using server = await serve([owners]);

    const response = await server.post('/v1/guarded', '{broken', { 'content-type': 'text/plain' });

    expect(response.status).toBe(401);
  });

  it('for any role lets every account in and nobody else', async () => {
    await using server = await serve([guarded({ roles: 'any' })]);

    expect((await server.post('/v1/guarded', {}, as({ roles: [] }))).status).toBe(200);
    expect((await server.post('/v1/guarded', {})).status).toBe(401);
  });

  it.each([
    ['never proved', null, 403],
    ['proved too long ago', -1, 403],
    ['just proved', 60, 200],
  ])('that wants a fresh proof: %s', async (_name, secondsLeft, status) => {
    await using server = await serve([guarded({ roles: ['owner'], fresh: true })]);
    const freshUntil = secondsLeft === null ? null : Date.now() / 1000 + secondsLeft;

    const response = await server.post('/v1/guarded', {}, as({ freshUntil }));

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(
      status === 200 ? {} : { code: 'auth.forbidden', reason: 'auth.fresh_required' },
    );
  });

  it('tells a wrong role before a stale proof', async () => {
    await using server = await serve([guarded({ roles: ['owner'], fresh: true })]);

    const response = await server.post('/v1/guarded', {}, as({ roles: ['viewer'] }));

    expect(await problemOf(response)).toMatchObject({ reason: 'role.forbidden' });
  });

  it('answers 503 while passports cannot be verified', async () => {
    const verify = () => Promise.reject(new AppError('upstream.unavailable', 'no keys'));
    await using server = await serve([owners], { passports: { verify } });

    expect((await server.post('/v1/guarded', {}, as())).status).toBe(503);
  });
});

describe('an anonymous route', () => {
  it('knows the account of a valid passport and refuses a wrong one', async () => {
    await using server = await serve([guarded('anonymous')]);

    expect(await (await server.post('/v1/guarded', {})).json()).toEqual({ account: null });
    expect(await (await server.post('/v1/guarded', {}, as())).json()).toEqual({
      account: 'ACCOUNT',
    });
    expect((await server.post('/v1/guarded', {}, { 'tm-passport': 'x' })).status).toBe(401);
  });
});

describe('a rate limit', () => {
  const limited = (auth: RouteAuth) =>
    defineRoute({
      method: 'get',
      path: '/v1/limited',
      summary: 'Limited',
      response: { status: 200, schema: z.unknown() },
      errors: [],
      auth,
      audit: noAudit('test'),
      rateLimit: { max: 2, windowSeconds: 60 },
      handle: () => ({}),
    });

  it('counts per address and opens again after its window', async () => {
    const uptime = { ms: 0 };
    const clock = { now: () => new Date(), monotonicMs: () => uptime.ms };
    await using server = await serve([limited('anonymous')], { clock });
    const from = (ip: string) => server.get('/v1/limited', { 'tm-client-ip': ip });

    const statuses = [];
    for (const ip of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2']) {
      statuses.push((await from(ip)).status);
    }
    const refused = await from('192.0.2.1');
    uptime.ms = 60_000;

    expect(statuses).toEqual([200, 200, 429, 200]);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(await problemOf(refused)).toMatchObject({ code: 'rate.limited' });
    expect((await from('192.0.2.1')).status).toBe(200);
  });

  it('counts per session where there is one', async () => {
    await using server = await serve([limited({ roles: 'any' })]);

    const statuses = [];
    for (const sessionId of ['A', 'A', 'A', 'B']) {
      statuses.push((await server.get('/v1/limited', as({ sessionId }))).status);
    }

    expect(statuses).toEqual([200, 200, 429, 200]);
  });
});

describe('defineRoute', () => {
  const base = {
    method: 'get',
    path: '/v1/a/:id',
    summary: 'A',
    params: z.strictObject({ id: z.string() }),
    response: { status: 200, schema: z.unknown() },
    errors: ['resource.not_found'],
    auth: { roles: ['owner'] },
    audit: noAudit('test'),
    handle: () => ({}),
  } as const;

  it('completes the list of errors by what kit itself answers', () => {
    const route = defineRoute({ ...base, rateLimit: { max: 1, windowSeconds: 1 } });

    expect([...route.errors].sort()).toEqual([
      'auth.forbidden',
      'auth.required',
      'internal',
      'rate.limited',
      'request.invalid',
      'request.media_type',
      'request.method',
      'request.too_large',
      'resource.not_found',
      'server.overloaded',
      'upstream.unavailable',
    ]);
    const anonymous = defineRoute({ ...base, auth: 'anonymous' });
    expect(anonymous.errors).not.toContain('auth.forbidden');
    expect(anonymous.errors).not.toContain('rate.limited');
  });

  it.each<[string, object]>([
    ['a path parameter without schema', { params: z.strictObject({}) }],
    ['a schema for a parameter that is not in the path', { path: '/v1/a' }],
    ['a list of no roles', { auth: { roles: [] } }],
    ['a schema for a raw body', { raw: true, body: z.strictObject({}) }],
  ])('refuses %s', (_name, over) => {
    expect(() => defineRoute({ ...base, ...over })).toThrow(TypeError);
  });
});
