import { describe, expect, it } from '@jest/globals';
import { createCircuitBreaker } from './circuit-breaker.ts';

describe('createCircuitBreaker', () => {
  it('lets one probe per pause through after a row of failures, and all after a success', () => {
    let now = 0;
    const breaker = createCircuitBreaker({ failures: 3, pauseMs: 100, monotonicMs: () => now });
    for (let call = 0; call < 3; call += 1) {
      expect(breaker.allows()).toBe(true);
      breaker.failed();
    }
    expect(breaker.allows()).toBe(false);

    now = 100;
    expect(breaker.allows()).toBe(true);
    expect(breaker.allows()).toBe(false);

    breaker.succeeded();
    expect(breaker.allows()).toBe(true);
    expect(breaker.allows()).toBe(true);
  });
});
