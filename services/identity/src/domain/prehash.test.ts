import { describe, expect, it } from '@jest/globals';
import { costOf, formatHash, parseHash, prehash } from './prehash.ts';

const pepper = Buffer.from(Array.from({ length: 32 }, (_unused, index) => index));

describe('prehash', () => {
  it.each([
    [
      'correct horse battery staple',
      'soThUtw0WhBZ0roCVrrm7rvVOSTAwqF9gBu7o+hU8rbfP7ptFH2+31qbtXr/d4Th',
    ],
    [
      'é'.repeat(40).normalize('NFC'),
      '/Kk82gY3yp7fcuyX8N0KlaFEEgDIguwB5AHXNrZ+z3SG6qr5R69ljVHDDReH1l7S',
    ],
    [
      'é'.repeat(40).normalize('NFD'),
      '/Kk82gY3yp7fcuyX8N0KlaFEEgDIguwB5AHXNrZ+z3SG6qr5R69ljVHDDReH1l7S',
    ],
    ['abc\0defgh', 'bq5y0epVravIIN1kqOnN58ydCtu1L9Zu+KDji7VoecymzwqgjcauH5wDrKAGAs2i'],
    ['\u{1f600}'.repeat(64), 'dfjUIJrGf5s82kYANB4vQ5ILQqAq/BhzZcR+c3Hc3CgJcwNtwiV3mNnItGrkvAEO'],
    ['a'.repeat(72), 'bMOIvcLEAzFqZsHEcfExy2xk5xeYzirv8hcem8PJxrsv8aynur9VudxsG0fTyJ7l'],
    ['a'.repeat(73), 'ADPwEi14cTd1tzE28Rj5CeKpTL6tHj00q//IYFGth6er3LMXa7tqYnaNlueCBgwK'],
  ])('gives bcrypt 64 characters that stand for all of %p', (password, expected) => {
    expect(prehash(pepper, password)).toBe(expected);
    expect(expected).toHaveLength(64);
  });
});

describe('stored hashes', () => {
  it('name their pepper and cost', () => {
    const stored = formatHash('p1', '$2b$12$abcdefghijklmnopqrstuuJODooVvojTOIDiarX/qMzXmiqkhpnK6');

    expect(parseHash(stored)).toMatchObject({ pepperId: 'p1' });
    expect(costOf(parseHash(stored)?.bcrypt ?? '')).toBe(12);
    expect(parseHash('$2b$12$something')).toBeUndefined();
  });
});
