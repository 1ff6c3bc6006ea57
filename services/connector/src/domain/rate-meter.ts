export interface RateMeter {
  add(count: number): void;
  perMinute(): number | null;
}

const WINDOW_MS = 60_000;

/** Rows per minute over the last minute, or over its own life while that is shorter. */
export function createRateMeter(monotonicMs: () => number): RateMeter {
  const startedAt = monotonicMs();
  let entries: { at: number; count: number }[] = [];

  const recent = (now: number): { at: number; count: number }[] => {
    entries = entries.filter((entry) => now - entry.at < WINDOW_MS);
    return entries;
  };

  return {
    add: (count) => {
      const now = monotonicMs();
      const last = recent(now).at(-1);
      if (last !== undefined && now - last.at < 1_000) {
        last.count += count;
      } else {
        entries.push({ at: now, count });
      }
    },
    perMinute: () => {
      const now = monotonicMs();
      const span = Math.min(WINDOW_MS, now - startedAt);
      const sum = recent(now).reduce((total, { count }) => total + count, 0);
      return span < 1_000 || sum === 0 ? null : Math.round((sum * 60_000) / span);
    },
  };
}
