import { describe, expect, it } from '@jest/globals';
import { readCookie, SESSION_COOKIE, sessionCookie } from './cookies.ts';

const token = 'A'.repeat(43);

describe('readCookie', () => {
  it('finds the session among others', () => {
    expect(readCookie(`a=b; ${SESSION_COOKIE}=${token}; c=d`, SESSION_COOKIE)).toBe(token);
  });

  it.each([
    ['one without the prefix', `tm_sid=${token}`],
    ['one given twice', `${SESSION_COOKIE}=${token}; ${SESSION_COOKIE}=${'B'.repeat(43)}`],
    ['one that is no token', `${SESSION_COOKIE}=short`],
    ['one in a header of five kilobytes', `${SESSION_COOKIE}=${token}; pad=${'x'.repeat(5000)}`],
    ['none', undefined],
  ])('ignores %s', (_name, header) => {
    expect(readCookie(header, SESSION_COOKIE)).toBeUndefined();
  });
});

describe('sessionCookie', () => {
  it('binds the cookie to this host, this path and encrypted ways', () => {
    const text = sessionCookie(token, 60);

    expect(text).toContain('__Host-');
    for (const attribute of ['Secure', 'HttpOnly', 'Path=/', 'SameSite=Lax', 'Max-Age=60']) {
      expect(text).toContain(attribute);
    }
    expect(text).not.toContain('Domain');
  });
});
