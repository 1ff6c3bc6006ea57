import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { call, forgetCsrf, queryText } from './client.ts';
import { UNEXPECTED } from './problem.ts';
import { problemBody, serve } from './server.test-support.ts';

const done = z.object({ done: z.boolean() });
beforeEach(forgetCsrf);

describe('call', () => {
  it('asks for one token and sends it with every unsafe call', async () => {
    const seen = serve({
      'GET /auth/csrf': () => ({ body: { csrfToken: 'one' } }),
      'PATCH /me': () => ({ body: { done: true } }),
    });
    await call(done, '/me', { method: 'PATCH', body: {} });
    await call(done, '/me', { method: 'PATCH', body: {} });
    expect(seen.map(({ path }) => path)).toEqual(['/auth/csrf', '/me', '/me']);
    expect(seen[2]?.headers).toMatchObject({
      'x-csrf-token': 'one',
      'content-type': 'application/json',
    });
  });

  it('fetches a new token once when the old one is refused', async () => {
    const tokens = ['old', 'new'];
    const seen = serve({
      'GET /auth/csrf': () => ({ body: { csrfToken: tokens.shift() } }),
      'POST /auth/logout': ({ headers }) =>
        headers['x-csrf-token'] === 'new'
          ? { body: { done: true } }
          : problemBody(403, 'auth.forbidden', 'csrf.rejected'),
    });
    await expect(call(done, '/auth/logout', { method: 'POST', body: {} })).resolves.toEqual({
      done: true,
    });
    expect(seen).toHaveLength(4);
  });

  it('sends no token where nobody is signed in, and the type even without a body', async () => {
    const seen = serve({ 'DELETE /x': () => ({ body: { done: true } }) });
    await call(done, '/x', { method: 'DELETE', anonymous: true });
    expect(seen[0]?.headers).not.toHaveProperty('x-csrf-token');
    expect(seen[0]?.headers).toHaveProperty('content-type', 'application/json');
  });

  it('refuses an answer of another shape', async () => {
    serve({ 'GET /me': () => ({ body: { done: 'yes' } }) });
    await expect(call(done, '/me')).rejects.toMatchObject({ code: UNEXPECTED });
  });

  it('turns a problem into its code and reason', async () => {
    serve({ 'GET /me': () => problemBody(409, 'resource.conflict', 'shop.fenced') });
    await expect(call(done, '/me')).rejects.toMatchObject({
      status: 409,
      code: 'resource.conflict',
      reason: 'shop.fenced',
    });
  });
});

describe('queryText', () => {
  it('sorts names and leaves out what is not set', () => {
    expect(queryText({ to: 'b', from: 'a', cursor: '', at: undefined })).toBe('?from=a&to=b');
    expect(queryText({})).toBe('');
  });
});
