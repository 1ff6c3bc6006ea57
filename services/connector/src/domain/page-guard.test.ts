import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPageGuard, EndlessPages } from './page-guard.ts';

describe('createPageGuard', () => {
  it.each(['', undefined, null, 7])('ends a run at the token %p', (token) => {
    expect(createPageGuard(10).next(token)).toBeUndefined();
  });

  it('goes on with every new token up to the bound, and stops one that repeats', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 30 }), (tokens) => {
        const guard = createPageGuard(31);

        expect(tokens.map((token) => guard.next(token))).toEqual(tokens);
        for (const token of tokens) {
          expect(() => guard.next(token)).toThrow(EndlessPages);
        }
      }),
    );
  });

  it('stops a run that is longer than the bound, whatever the tokens say', () => {
    const guard = createPageGuard(3);
    guard.next('a');
    guard.next('b');

    expect(() => guard.next('c')).toThrow('too_many_pages');
  });
});
