import { describe, expect, it } from '@jest/globals';
import { normaliseEmail } from './email-address.ts';

describe('normaliseEmail', () => {
  it.each([
    ['  Maria@Example.TEST ', 'maria@example.test'],
    ['owner@bücher.test', 'owner@xn--bcher-kva.test'],
    ['demo@tokometrics.localhost', 'demo@tokometrics.localhost'],
  ])('reads %p as %p', (text, expected) => {
    expect(normaliseEmail(text)).toBe(expected);
  });

  it.each([
    '',
    'maria',
    '@x.test',
    'a b@x.test',
    'a@b@c',
    'a@x.test\r\nBcc: other@x.test',
    'a\u0000@x.test',
  ])('refuses %p', (text) => {
    expect(normaliseEmail(text)).toBeUndefined();
  });
});
