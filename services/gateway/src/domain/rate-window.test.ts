import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from './rate-window.ts';

describe('rate limiter', () => {
  it('gives each key its own minute', () => {
    const limiter = createRateLimiter(2);

    expect([limiter.take('a', 0), limiter.take('a', 1), limiter.take('b', 1)]).toEqual([0, 0, 0]);
    expect(limiter.take('a', 30_000)).toBe(30);
    expect(limiter.take('a', 60_000)).toBe(0);
  });

  it('keeps no more keys than it is given room for, and lets go of the oldest', () => {
    const limiter = createRateLimiter(1, 3);
    for (let each = 0; each < 1_000; each += 1) {
      limiter.take(String(each), each);
    }

    expect(limiter.size()).toBe(3);
    expect(limiter.take('999', 1_000)).toBeGreaterThan(0);
    expect(limiter.take('0', 1_000)).toBe(0);
  });

  it('is as quick with all its room taken as with next to none', () => {
    const msOf = (maxKeys: number): number => {
      const limiter = createRateLimiter(1, maxKeys);
      for (let each = 0; each < maxKeys; each += 1) {
        limiter.take(`first ${String(each)}`, 0);
      }
      const began = performance.now();
      for (let each = 0; each < 20_000; each += 1) {
        limiter.take(String(each), 0);
      }
      return performance.now() - began;
    };

    // A look at every key for each of these would be a thousand million looks.
    expect(msOf(50_000)).toBeLessThan(20 * msOf(10) + 500);
  });

  it('lets go of minutes that are over, two for each key that comes', () => {
    const limiter = createRateLimiter(1);
    for (let each = 0; each < 10; each += 1) {
      limiter.take(String(each), 0);
    }
    const sizes = [10, 11, 12, 13, 14, 15].map((each) => {
      limiter.take(String(each), 60_000);
      return limiter.size();
    });

    expect(sizes).toEqual([9, 8, 7, 6, 5, 6]);
  });
});
