interface Window {
  readonly startedAt: number;
  count: number;
}

export interface RateLimiter {
  /** Seconds to wait, or 0 when the request may go on. */
  take(key: string, nowMs: number): number;
  size(): number;
}

const WINDOW_MS = 60_000;
const MAX_KEYS = 50_000;

/** Requests per key and minute, in memory: the edge sheds load, the services keep the exact limits. */
export function createRateLimiter(perMinute: number, maxKeys = MAX_KEYS): RateLimiter {
  // All windows are as long as each other, so they end in the order in which they were put in.
  const windows = new Map<string, Window>();

  const isOver = ({ startedAt }: Window, nowMs: number): boolean => nowMs - startedAt >= WINDOW_MS;

  /** Two at most for each one that comes: no request pays for a crowd that came before it. */
  function makeRoom(nowMs: number): void {
    for (let freed = 0; freed < 2; freed += 1) {
      const [oldest] = windows;
      if (oldest === undefined || (!isOver(oldest[1], nowMs) && windows.size < maxKeys)) {
        return;
      }
      windows.delete(oldest[0]);
    }
  }

  return {
    take(key, nowMs) {
      const window = windows.get(key);
      if (window === undefined || isOver(window, nowMs)) {
        windows.delete(key);
        makeRoom(nowMs);
        windows.set(key, { startedAt: nowMs, count: 1 });
        return 0;
      }
      window.count += 1;
      return window.count <= perMinute
        ? 0
        : Math.max(1, Math.ceil((window.startedAt + WINDOW_MS - nowMs) / 1000));
    },
    size: () => windows.size,
  };
}
