import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from './rate-window.ts';

describe('rate limiter', () => {
  it('gives each key its own minute', () => {
    const limiter = createRateLimiter(2);

    expect([limiter.take('a', 0), limiter.take('a', 1), limiter.take('b', 1)]).toEqual([0, 0, 0]);
    expect(limiter.take('a', 30_000)).toBe(30);
    expect(limiter.take('a', 60_000)).toBe(0);
  });
});
