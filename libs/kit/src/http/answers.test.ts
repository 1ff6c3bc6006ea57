import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { AppError, type ErrorCode } from '../errors.ts';
import { defineRoute, noAudit, noContent, type RouteResponse } from './define-route.ts';
import { redirect, reply } from './reply.ts';
import { as, problemOf, serve } from './serve.fixture.ts';

interface ProbeOptions {
  readonly response?: RouteResponse;
  readonly alternatives?: readonly RouteResponse[];
  readonly errors?: readonly ErrorCode[];
  readonly cacheControl?: string;
}

function probe(handle: () => unknown, options: ProbeOptions = {}) {
  return defineRoute({
    method: 'get',
    path: '/v1/probe',
    summary: 'Probe',
    response: { status: 200, schema: z.unknown() },
    errors: [],
    auth: 'anonymous',
    audit: noAudit('test'),
    handle,
    ...options,
  });
}

const figure = { status: 200, schema: z.object({ amount: z.string() }) };

describe('an answer', () => {
  it('is parsed: what its schema does not name cannot leave', async () => {
    await using server = await serve([
      probe(() => ({ amount: '1.00', buyerEmail: 'canary' }), { response: figure }),
    ]);

    const response = await server.get('/v1/probe');

    expect(await response.json()).toEqual({ amount: '1.00' });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('etag')).toBeNull();
  });

  it('that does not fit becomes a 500, logged without its values', async () => {
    await using server = await serve([
      probe(() => ({ amount: { canary: 1 } }), { response: figure }),
    ]);

    const response = await server.get('/v1/probe');

    expect(response.status).toBe(500);
    expect(Object.keys(await problemOf(response)).sort()).toEqual(
      ['code', 'status', 'title', 'traceId', 'type'].sort(),
    );
    expect(server.logged()).toContain('amount invalid_type');
    expect(server.logged()).toContain('"level":"error"');
    expect(server.logged()).not.toContain('canary');
  });

  it('may have its own status and headers', async () => {
    const also = { status: 202, schema: z.object({ jobId: z.string() }) };
    await using server = await serve([
      probe(
        () => reply(202, { jobId: 'J', secret: 1 }, { 'set-cookie': ['a=1', 'b=2'], 'x-a': 'b' }),
        { alternatives: [also] },
      ),
    ]);

    const response = await server.get('/v1/probe');

    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ jobId: 'J' });
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('x-a')).toBe('b');
  });

  it('of a status that is not declared becomes a 500', async () => {
    await using server = await serve([probe(() => reply(201, { a: 1 }))]);

    expect((await server.get('/v1/probe')).status).toBe(500);
    expect(server.logged()).toContain('declares no body for status 201');
  });

  it('may be bytes', async () => {
    const csv = Buffer.from('a;b\r\n');
    await using server = await serve([
      probe(() => reply(200, csv, { 'content-type': 'text/csv' })),
    ]);

    const response = await server.get('/v1/probe');

    expect(response.headers.get('content-type')).toBe('text/csv');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(csv);
  });

  it('may be a redirect', async () => {
    await using server = await serve([probe(() => redirect('https://x.example/?a=1', 303))]);

    const response = await server.call('/v1/probe', { redirect: 'manual' });

    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('https://x.example/?a=1');
    expect(await response.text()).toBe('');
  });

  it('may be empty', async () => {
    await using server = await serve([probe(() => undefined, { response: noContent })]);

    const response = await server.get('/v1/probe');

    expect(response.status).toBe(204);
    expect(response.headers.get('content-type')).toBeNull();
  });

  it('that is public has its own cache rule and an ETag', async () => {
    await using server = await serve([probe(() => ({ a: 1 }), { cacheControl: 'max-age=60' })]);

    const first = await server.get('/v1/probe');
    const etag = first.headers.get('etag') ?? '';
    const second = await server.get('/v1/probe', { 'if-none-match': etag });

    expect(first.headers.get('cache-control')).toBe('max-age=60');
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(second.status).toBe(304);
    expect((await server.get('/v1/probe', { 'if-none-match': '"other"' })).status).toBe(200);
  });
});

describe('an error', () => {
  it('that the route declares is answered as a problem', async () => {
    const error = new AppError('resource.conflict', 'the shop is fenced', {
      cause: new Error('canary'),
      details: { reason: 'shop.fenced', errors: [{ pointer: '/a', reason: 'b.c' }] },
    });
    await using server = await serve([
      probe(() => Promise.reject(error), { errors: ['resource.conflict'] }),
    ]);

    const response = await server.get('/v1/probe');

    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('retry-after')).toBeNull();
    expect(await problemOf(response)).toEqual({
      type: '/problems/resource.conflict',
      title: 'The present state does not allow this',
      status: 409,
      code: 'resource.conflict',
      reason: 'shop.fenced',
      detail: 'the shop is fenced',
      traceId: expect.any(String),
      errors: [{ pointer: '/a', reason: 'b.c' }],
    });
  });

  it('that the route does not declare becomes a 500 and is logged', async () => {
    await using server = await serve([
      probe(() => Promise.reject(new AppError('resource.gone', 'erased'))),
    ]);

    const response = await server.get('/v1/probe');

    expect(await problemOf(response)).toMatchObject({ status: 500, code: 'internal' });
    expect(server.logged()).toContain('error code that the route does not declare');
  });

  it.each([
    ['a bug', new TypeError('canary of x')],
    ['an internal error', new AppError('internal', 'canary', { details: { reason: 'canary' } })],
  ])('from %s says nothing but the trace id', async (_name, error) => {
    await using server = await serve([probe(() => Promise.reject(error))]);

    const response = await server.get('/v1/probe', {
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    });

    expect(response.status).toBe(500);
    expect(await problemOf(response)).toEqual({
      type: '/problems/internal',
      title: 'Something went wrong on our side',
      status: 500,
      code: 'internal',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    });
    expect(server.logged()).toContain('"traceId":"4bf92f3577b34da6a3ce929d0e0e4736"');
    expect(server.logged().match(/"level":"error"/g)).toHaveLength(1);
  });

  it('of an upstream says its code, when to come back, and no cause', async () => {
    const error = new AppError('upstream.unavailable', 'vault is sealed', {
      cause: new Error('connect ECONNREFUSED'),
      details: { retryAfterSeconds: 7, reason: 'vault.down' },
    });
    await using server = await serve([probe(() => Promise.reject(error))]);

    const response = await server.get('/v1/probe');

    expect(response.headers.get('retry-after')).toBe('7');
    expect(Object.keys(await problemOf(response)).sort()).toEqual(
      ['code', 'status', 'title', 'traceId', 'type'].sort(),
    );
    expect(server.logged()).toContain('ECONNREFUSED');
    expect(server.logged()).toContain('"level":"warn"');
  });

  it('takes back what the handler had set before it failed', async () => {
    const route = defineRoute({
      method: 'get',
      path: '/v1/half',
      summary: 'Fails half way',
      response: { status: 200, schema: z.unknown() },
      errors: [],
      auth: 'anonymous',
      audit: noAudit('test'),
      handle: ({ setHeader }) => {
        setHeader('set-cookie', 'sid=canary');
        setHeader('cache-control', 'public');
        return Promise.reject(new AppError('request.invalid', 'no'));
      },
    });
    await using server = await serve([route]);

    const response = await server.get('/v1/half');

    expect(response.status).toBe(400);
    expect(response.headers.getSetCookie()).toEqual([]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });
});

describe('the server', () => {
  it('logs one line per request by pattern, never path, query, address or headers', async () => {
    const route = defineRoute({
      method: 'get',
      path: '/v1/receipts/:token',
      summary: 'Receipt',
      params: z.strictObject({ token: z.string() }),
      query: z.strictObject({ q: z.string() }),
      response: { status: 200, schema: z.unknown() },
      errors: [],
      auth: 'anonymous',
      audit: noAudit('test'),
      handle: () => ({}),
    });
    await using server = await serve([route]);

    await server.get('/v1/receipts/canary?q=canary', { authorization: 'Bearer canary-value' });
    await server.get('/v1/other/canary');
    await server.http.stop();

    const requests = server
      .logged()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((entry) => entry['msg'] === 'request');
    expect(requests).toMatchObject([
      { method: 'GET', route: '/v1/receipts/:token', status: 200, traceId: expect.any(String) },
      { method: 'GET', route: '(none)', status: 404 },
    ]);
    expect(server.logged()).not.toContain('canary');
    expect(server.logged()).not.toContain('127.0.0.1');
    expect(await server.metrics.text()).toContain(
      'tokometrics_probe_http_request_duration_seconds_count{method="GET",route="/v1/receipts/:token",status="200"} 1',
    );
    expect(await server.metrics.text()).not.toContain('canary');
  });

  it('answers 503 while it is not ready, and beyond its bound of running requests', async () => {
    let isReady = false;
    await using server = await serve(
      [
        probe(async () => {
          await delay(100);
          return {};
        }),
      ],
      { ready: () => isReady, maxInFlight: 2 },
    );

    const early = await server.get('/v1/probe');
    isReady = true;
    const flood = await Promise.all([1, 2, 3].map(() => server.get('/v1/probe')));

    expect(await problemOf(early)).toMatchObject({ status: 503, code: 'upstream.unavailable' });
    expect(early.headers.get('retry-after')).toBe('5');
    expect(flood.map((response) => response.status).sort()).toEqual([200, 200, 503]);
    const shed = flood.find((response) => response.status === 503);
    expect(shed && (await problemOf(shed))).toMatchObject({ code: 'server.overloaded' });
    expect((await server.get('/v1/probe')).status).toBe(200);
  });

  it('finishes what is running when it stops, and takes nothing new', async () => {
    const server = await serve([
      probe(async () => {
        await delay(150);
        return { done: true };
      }),
    ]);
    await server.get('/v1/none'); // leaves an idle connection behind
    const running = server.get('/v1/probe');
    await delay(50);

    const beganAt = performance.now();
    await server.http.stop();

    expect(await (await running).json()).toEqual({ done: true });
    expect(performance.now() - beganAt).toBeLessThan(2000);
    await expect(server.get('/v1/probe')).rejects.toThrow('fetch failed');
    await server.http.stop();
  });

  it('fails to start on a port that is taken', async () => {
    await using server = await serve([]);

    await expect(serve([], { port: server.http.address().port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('runs handlers of its owner before and after the routes', async () => {
    await using server = await serve([probe(() => ({ a: 1 }))], {
      before: [
        (_request, response, next) => {
          response.setHeader('x-before', '1');
          next();
        },
      ],
      after: [
        (request, response, next) => {
          if (request.path === '/file') {
            response.end('file');
          } else {
            next();
          }
        },
      ],
    });

    expect((await server.get('/v1/probe')).headers.get('x-before')).toBe('1');
    expect(await (await server.get('/file')).text()).toBe('file');
    expect((await server.get('/other')).status).toBe(404);
  });

  it('tells the handler the address that the gateway saw, unless it is the edge', async () => {
    const route = defineRoute({
      method: 'get',
      path: '/v1/ip',
      summary: 'Address',
      response: { status: 200, schema: z.unknown() },
      errors: [],
      auth: { roles: 'any' },
      audit: { action: 'ip.read' },
      handle: ({ clientIp, passport }) => ({ clientIp, account: passport.accountId }),
    });
    await using inner = await serve([route]);
    await using edge = await serve([route], { trustClientIp: false });
    const headers = { ...as(), 'tm-client-ip': '203.0.113.9' };

    expect(await (await inner.get('/v1/ip', headers)).json()).toMatchObject({
      clientIp: '203.0.113.9',
      account: 'ACCOUNT',
    });
    expect(await (await edge.get('/v1/ip', headers)).json()).toMatchObject({
      clientIp: '127.0.0.1',
    });
    const forged = await inner.get('/v1/ip', { ...headers, 'tm-client-ip': '<script>' });
    expect(await forged.json()).toMatchObject({ clientIp: '127.0.0.1' });
    expect(inner.logged()).toMatch(/"action":"ip.read","accountId":"ACCOUNT"[^\n]*"msg":"audit"/);
  });
});
