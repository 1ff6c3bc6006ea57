import type { Clock } from '@tokometrics/kit';

export interface TestClock extends Clock {
  advance(milliseconds: number): void;
  set(instant: string): void;
}

/** Stands still until it is moved; the monotonic time moves along. */
export function createTestClock(instant = '2026-11-23T12:00:00.000Z'): TestClock {
  let nowMs = Date.parse(instant);
  let passedMs = 0;
  return {
    now: () => new Date(nowMs),
    monotonicMs: () => passedMs,
    advance(milliseconds) {
      nowMs += milliseconds;
      passedMs += milliseconds;
    },
    set(to) {
      nowMs = Date.parse(to);
    },
  };
}
