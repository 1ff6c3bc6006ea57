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
