import { describe, expect, it } from '@jest/globals';
import { csrfToken, passesCsrf } from './csrf.ts';

const origin = 'http://localhost:8080';
const expected = csrfToken('key', 'session');
const good = {
  contentType: 'application/json; charset=utf-8',
  origin,
  fetchSite: 'same-origin',
  csrfHeader: expected,
};

describe('passesCsrf', () => {
  it('lets our own page through, also in browsers that send no fetch metadata', () => {
    expect(passesCsrf(good, { origin, expected })).toBe(true);
    expect(passesCsrf({ ...good, fetchSite: undefined }, { origin, expected })).toBe(true);
  });

  it.each([
    ['a form', { contentType: 'application/x-www-form-urlencoded' }],
    ['JSON dressed as text', { contentType: 'text/plain' }],
    ['no origin', { origin: undefined }],
    ['the null origin', { origin: 'null' }],
    ['a subdomain', { origin: 'http://evil.localhost:8080' }],
    ['another site by metadata', { fetchSite: 'cross-site' }],
    ['a sibling site by metadata', { fetchSite: 'same-site' }],
    ['no token', { csrfHeader: undefined }],
    ['the token of another session', { csrfHeader: csrfToken('key', 'other') }],
    ['a token with a tail', { csrfHeader: `${expected}x` }],
  ])('stops %s', (_name, change) => {
    expect(passesCsrf({ ...good, ...change }, { origin, expected })).toBe(false);
  });

  it('asks an anonymous call for all but the token', () => {
    const anonymous = { ...good, csrfHeader: undefined };

    expect(passesCsrf(anonymous, { origin, expected: undefined })).toBe(true);
    expect(passesCsrf({ ...anonymous, origin: undefined }, { origin, expected: undefined })).toBe(
      false,
    );
  });
});
