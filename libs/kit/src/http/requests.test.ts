import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineRoute, noAudit } from './define-route.ts';
import { problemOf, serve } from './serve.fixture.ts';

const open = { errors: [], auth: 'anonymous', audit: noAudit('test') } as const;
const anything = { status: 200, schema: z.unknown() };

const search = defineRoute({
  ...open,
  method: 'get',
  path: '/v1/shops/:shopKey/orders',
  summary: 'Orders',
  params: z.strictObject({ shopKey: z.string().regex(/^[A-Z]+$/) }),
  query: z.strictObject({
    from: z.iso.date().optional(),
    limit: z.coerce.number().max(200).optional(),
  }),
  response: anything,
  handle: ({ params, query }) => ({ params, query }),
});
const bare = defineRoute({
  ...open,
  method: 'post',
  path: '/v1/bare',
  summary: 'No parameters',
  response: anything,
  handle: ({ params, query, body }) => ({ params, query, body }),
});
const create = defineRoute({
  ...open,
  method: 'post',
  path: '/v1/requests',
  summary: 'File',
  body: z.strictObject({
    right: z.enum(['access', 'deletion']),
    scope: z.strictObject({ kind: z.string().min(2) }),
    until: z
      .string()
      .refine((value) => value > '2020', 'date.too_early')
      .optional(),
  }),
  bodyLimit: 512,
  response: anything,
  handle: ({ body }) => ({ body }),
});
const hook = defineRoute({
  ...open,
  method: 'post',
  path: '/v1/hook',
  summary: 'Webhook',
  raw: true,
  bodyLimit: 64,
  response: anything,
  handle: ({ rawBody, body }) => ({ hex: rawBody?.toString('hex'), body }),
});
const routes = [search, bare, create, hook];
const valid = { right: 'access', scope: { kind: 'shop' } };

describe('a request', () => {
  it('reaches the handler parsed', async () => {
    await using server = await serve(routes);

    const response = await server.get('/v1/shops/ABC/orders?from=2026-01-02&limit=5');

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      params: { shopKey: 'ABC' },
      query: { from: '2026-01-02', limit: 5 },
    });
  });

  it.each([
    ['/v1/shops/abc/orders', [{ pointer: '/shopKey', reason: 'value.format' }]],
    ['/v1/shops/ABC/orders?fromm=1', [{ pointer: '/fromm', reason: 'key.unknown' }]],
    ['/v1/shops/ABC/orders?limit=1&limit=1', [{ pointer: '/limit', reason: 'parameter.repeated' }]],
    ['/v1/shops/ABC/orders?limit=201', [{ pointer: '/limit', reason: 'value.too_big' }]],
    ['/v1/shops/ABC/orders?limit[]=1', [{ pointer: '', reason: 'key.unknown' }]],
    ['/v1/shops/ABC/orders?__proto__=1', [{ pointer: '/__proto__', reason: 'key.unknown' }]],
    [
      '/v1/shops/abc/orders?from=x',
      [
        { pointer: '/shopKey', reason: 'value.format' },
        { pointer: '/from', reason: 'value.format' },
      ],
    ],
  ])('GET %s is refused with pointers', async (path, errors) => {
    await using server = await serve(routes);

    const response = await server.get(path);

    expect(response.status).toBe(400);
    expect(await problemOf(response)).toMatchObject({ code: 'request.invalid', errors });
  });

  it.each([
    ['an unknown key', { ...valid, role: 'owner' }, '/role', 'key.unknown'],
    ['a nested unknown key', { ...valid, scope: { kind: 'xx', a: 1 } }, '/scope/a', 'key.unknown'],
    ['a missing key', { scope: { kind: 'shop' } }, '/right', 'value.choice'],
    ['a missing nested key', { ...valid, scope: {} }, '/scope/kind', 'value.missing'],
    ['another choice', { ...valid, right: 'x' }, '/right', 'value.choice'],
    ['another type', { ...valid, scope: { kind: { $ne: null } } }, '/scope/kind', 'value.type'],
    ['too little', { ...valid, scope: { kind: 'a' } }, '/scope/kind', 'value.too_small'],
    ['a rule of the schema', { ...valid, until: '1999' }, '/until', 'date.too_early'],
    ['a list', [], '', 'value.type'],
    ['a key given twice', '{"right":"access","right":"access"}', '/right', 'key.repeated'],
    ['a prototype', '{"scope":{"__proto__":{"a":1}}}', '/scope', 'key.unknown'],
    ['a key of any text', { ...valid, 'canary <b>': 1 }, '', 'key.unknown'],
    ['no JSON', '{"right":canary}', '', 'json.syntax'],
    ['a byte order mark', '\ufeff{}', '', 'json.syntax'],
    ['too deep nesting', '['.repeat(40) + ']'.repeat(40), '', 'json.too_deep'],
  ])('with %s is refused', async (_name, body, pointer, reason) => {
    await using server = await serve(routes);

    const response = await server.post('/v1/requests', body);

    expect(response.status).toBe(400);
    const text = await response.text();
    expect((JSON.parse(text) as { errors: unknown }).errors).toContainEqual({ pointer, reason });
    expect(text).not.toContain('canary');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('without a body is refused where one is declared', async () => {
    await using server = await serve(routes);

    const response = await server.call('/v1/requests', { method: 'POST' });

    expect(await problemOf(response)).toMatchObject({
      errors: [{ pointer: '', reason: 'value.missing' }],
    });
  });

  it('names at most 20 faults', async () => {
    await using server = await serve([create]);
    const many = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`k${String(n)}`, 1]));

    const { errors } = await problemOf(await server.post('/v1/requests', { ...valid, ...many }));

    expect(errors).toHaveLength(20);
  });

  it('may be empty, and nothing else, where nothing is declared', async () => {
    await using server = await serve(routes);
    const empty = { params: {}, query: {}, body: {} };

    expect(await (await server.call('/v1/bare', { method: 'POST' })).json()).toEqual(empty);
    expect(await (await server.post('/v1/bare', {})).json()).toEqual(empty);
    expect((await server.post('/v1/bare', { a: 1 })).status).toBe(400);
    expect((await server.post('/v1/bare?a=1', {})).status).toBe(400);
  });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/json; charset=utf-16', 415],
    ['application/jsonx', 415],
    ['', 415],
    ['application/json', 200],
    ['Application/JSON; charset="UTF-8"', 200],
  ])('of type %j answers %i', async (type, status) => {
    await using server = await serve(routes);

    const response = await server.post('/v1/requests', valid, { 'content-type': type });

    expect(response.status).toBe(status);
  });

  it('that is compressed is refused', async () => {
    await using server = await serve(routes);
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };

    const body = gzipSync(JSON.stringify(valid));
    const response = await server.call('/v1/requests', { method: 'POST', headers, body });

    expect(await problemOf(response)).toMatchObject({ status: 415, code: 'request.media_type' });
  });

  it('of 10 MB is refused with 413 before it is parsed, and the server goes on', async () => {
    await using server = await serve(routes);

    const response = await server.post('/v1/bare', `[${'['.repeat(10_000_000)}`);

    expect(await problemOf(response)).toMatchObject({ status: 413, code: 'request.too_large' });
    expect((await server.post('/v1/bare', {})).status).toBe(200);
  });

  it('may be as large as its route says, also in chunks without a length', async () => {
    await using server = await serve(routes);
    const chunked = (size: number) =>
      server.call('/v1/requests', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: new Blob([JSON.stringify(valid).padEnd(size)]).stream(),
        duplex: 'half',
      });

    expect((await chunked(512)).status).toBe(200);
    expect((await chunked(513)).status).toBe(413);
    expect((await server.post('/v1/requests', JSON.stringify(valid).padEnd(513))).status).toBe(413);
  });

  it('to a raw route keeps every byte, of whatever type', async () => {
    await using server = await serve(routes);
    const body = Buffer.from('{ "a" :1.0, "a":\r\n2}\xff', 'latin1');
    const post = (bytes: Buffer) =>
      server.call('/v1/hook', { method: 'POST', headers: { 'content-type': 'x/y' }, body: bytes });

    expect(await (await post(body)).json()).toEqual({ hex: body.toString('hex'), body: {} });
    expect(await (await server.call('/v1/hook', { method: 'POST' })).json()).toMatchObject({
      hex: '',
    });
    expect((await post(Buffer.alloc(65))).status).toBe(413);
  });

  it('that is cut off leaves the server well', async () => {
    await using server = await serve(routes);
    const socket = connect(server.http.address().port, '127.0.0.1');
    socket.write(
      'POST /v1/bare HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));

    expect((await server.post('/v1/bare', {})).status).toBe(200);
    expect(server.logged()).toContain('"status":499');
    expect(server.logged()).not.toContain('"level":"error"');
  });
});

describe('a path', () => {
  it('that does not exist answers 404 as a problem', async () => {
    await using server = await serve(routes);

    const response = await server.get('/v2/none?token=canary');

    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await problemOf(response)).toEqual({
      type: '/problems/resource.not_found',
      title: 'There is nothing here',
      status: 404,
      code: 'resource.not_found',
      detail: 'no such path',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
  });

  it('tells its methods when another one is used', async () => {
    await using server = await serve(routes);

    const response = await server.call('/v1/shops/ABC/orders', { method: 'DELETE' });

    expect(response.headers.get('allow')).toBe('GET, HEAD');
    expect(await problemOf(response)).toMatchObject({ status: 405, code: 'request.method' });
    expect((await server.get('/v1/bare')).headers.get('allow')).toBe('POST');
    expect((await server.call('/v1/bare', { method: 'OPTIONS' })).status).toBe(405);
    const head = await server.call('/v1/shops/ABC/orders', { method: 'HEAD' });
    expect(head.status).toBe(200);
  });

  it('that is not valid percent-encoding answers 400', async () => {
    await using server = await serve(routes);

    expect((await server.get('/v1/shops/%E0%A4%A/orders')).status).toBe(400);
  });
});
