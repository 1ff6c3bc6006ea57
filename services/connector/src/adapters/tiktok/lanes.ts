import { createCircuitBreaker } from './circuit-breaker.ts';
import { createRateLimiter } from './rate-limiter.ts';
import type { Lane } from './tiktok-client.ts';

export interface Lanes {
  of(key: string): Lane;
  drop(key: string): void;
}

const FAILURES = 8;
const PAUSE_MS = 15_000;

/** TikTok's quota is per app and shop, so each shop has its own rate and its own fuse. */
export function createLanes(options: {
  readonly start: number;
  readonly ceiling: number;
  readonly monotonicMs: () => number;
}): Lanes {
  const lanes = new Map<string, Lane>();
  return {
    of: (key) => {
      const known = lanes.get(key);
      if (known !== undefined) {
        return known;
      }
      const lane = {
        limiter: createRateLimiter(options),
        breaker: createCircuitBreaker({
          failures: FAILURES,
          pauseMs: PAUSE_MS,
          monotonicMs: options.monotonicMs,
        }),
      };
      lanes.set(key, lane);
      return lane;
    },
    drop: (key) => {
      lanes.delete(key);
    },
  };
}
