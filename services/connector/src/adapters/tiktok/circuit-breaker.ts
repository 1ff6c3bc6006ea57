export interface CircuitBreaker {
  /** False while calls would only add to the trouble; once per pause one probe is let through. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

export interface CircuitBreakerOptions {
  readonly failures: number;
  readonly pauseMs: number;
  readonly monotonicMs: () => number;
}

/** Per shop: a host that is down is asked once per pause, not by every poll and slice. */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  let failures = 0;
  let blockedUntil = 0;

  return {
    allows: () => {
      if (failures < options.failures) {
        return true;
      }
      const now = options.monotonicMs();
      if (now < blockedUntil) {
        return false;
      }
      blockedUntil = now + options.pauseMs;
      return true;
    },
    succeeded: () => {
      failures = 0;
    },
    failed: () => {
      failures += 1;
      if (failures >= options.failures) {
        blockedUntil = options.monotonicMs() + options.pauseMs;
      }
    },
  };
}
