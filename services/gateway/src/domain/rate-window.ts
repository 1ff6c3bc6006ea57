interface Window {
  startedAt: number;
  count: number;
}

export interface RateLimiter {
  /** Seconds to wait, or 0 when the request may go on. */
  take(key: string, nowMs: number): number;
}

const WINDOW_MS = 60_000;
const MAX_KEYS = 50_000;

/** Requests per key and minute, in memory: the edge sheds load, the services keep the exact limits. */
export function createRateLimiter(perMinute: number): RateLimiter {
  const windows = new Map<string, Window>();

  function sweep(nowMs: number): void {
    for (const [key, window] of windows) {
      if (nowMs - window.startedAt >= WINDOW_MS) {
        windows.delete(key);
      }
    }
  }

  return {
    take(key, nowMs) {
      if (windows.size > MAX_KEYS) {
        sweep(nowMs);
      }
      const window = windows.get(key);
      if (window === undefined || nowMs - window.startedAt >= WINDOW_MS) {
        windows.set(key, { startedAt: nowMs, count: 1 });
        return 0;
      }
      window.count += 1;
      return window.count <= perMinute
        ? 0
        : Math.max(1, Math.ceil((window.startedAt + WINDOW_MS - nowMs) / 1000));
    },
  };
}
