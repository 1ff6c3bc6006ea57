import { describe, expect, it } from '@jest/globals';
import { addNumber, addText, emptyHash, hashOf } from './content-hash.ts';

function hashed(...parts: readonly (string | number)[]): bigint {
  const state = emptyHash();
  for (const part of parts) {
    if (typeof part === 'string') {
      addText(state, part);
    } else {
      addNumber(state, part);
    }
  }
  return hashOf(state);
}

describe('a hash of content', () => {
  it('is the same for the same parts in the same order, and 64 bits that are not 0', () => {
    expect(hashed('a', 1, 'b')).toBe(hashed('a', 1, 'b'));
    for (const hash of [hashed(), hashed(''), hashed('a'), hashed(0)]) {
      expect(hash > 0n && hash < 1n << 64n).toBe(true);
    }
  });

  it.each([
    ['the order', ['a', 'b'], ['b', 'a']],
    ['where a part ends', ['a', 'bc'], ['ab', 'c']],
    ['an empty part', ['a'], ['a', '']],
    ['a letter', ['event-1'], ['event-2']],
    ['a number', [7], [8]],
    ['a number below zero', [0], [-1]],
  ])('tells %s', (_what, one, other) => {
    expect(hashed(...one)).not.toBe(hashed(...other));
  });

  it('tells 200,000 sequences from each other, in each half by itself nearly all', () => {
    const all = Array.from({ length: 200_000 }, (_, n) => hashed('id', n, String(n % 7)));

    expect(new Set(all).size).toBe(all.length);
    // By chance 4.7 pairs of so many meet in 32 bits.
    expect(new Set(all.map((hash) => hash >> 32n)).size).toBeGreaterThan(all.length - 40);
    expect(new Set(all.map((hash) => hash & 0xffffffffn)).size).toBeGreaterThan(all.length - 40);
  });
});
