import { describe, expect, it } from '@jest/globals';
import { passwordProblem } from './password-policy.ts';

const context = { email: 'maria.lopez@example-shop.test', words: ['Toko Sintetis'] };
const listed = new Set(['password123', 'qwerty123']);
const problem = (password: string) =>
  passwordProblem(password, context, (folded) => listed.has(folded));

describe('passwordProblem', () => {
  it.each([
    ['the common', 'Password123', 'common'],
    ['the short', 'k7#Fq2x', 'too_short'],
    ['the endless', 'x'.repeat(257), 'too_long'],
    ['the own address', 'maria.lopez1', 'contextual'],
    ['the product with a year', 'tokometrics2026', 'contextual'],
    ['the name of the shop', 'toko sintetis1', 'contextual'],
    ['broken text', 'abcdefgh\ud800', 'malformed'],
  ])('refuses %s', (_name, password, expected) => {
    expect(problem(password)).toBe(expected);
  });

  it.each([' '.repeat(20), 'é'.repeat(40), '\u{1f600}'.repeat(8), 'correct horse battery staple'])(
    'takes %p as it is',
    (password) => {
      expect(problem(password)).toBeUndefined();
    },
  );

  it('counts characters, not bytes', () => {
    expect(problem('\u{1f600}'.repeat(7))).toBe('too_short');
  });
});
