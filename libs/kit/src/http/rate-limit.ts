import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { RateLimit } from './define-route.ts';

interface Window {
  readonly endsAtMs: number;
  count: number;
}

const MAX_CALLERS = 10_000;

/** Fixed windows in this process. With the table full, the oldest caller begins anew. */
export function createRateLimit(limit: RateLimit | undefined, clock: Clock) {
  const windows = new Map<string, Window>();
  return (caller: string): void => {
    if (limit === undefined) {
      return;
    }
    const nowMs = clock.monotonicMs();
    let window = windows.get(caller);
    if (window === undefined || window.endsAtMs <= nowMs) {
      windows.delete(caller);
      dropOldest(windows);
      window = { endsAtMs: nowMs + limit.windowSeconds * 1000, count: 0 };
      windows.set(caller, window);
    }
    window.count += 1;
    if (window.count > limit.max) {
      throw new AppError('rate.limited', 'too many requests, try again later', {
        details: { retryAfterSeconds: Math.max(1, Math.ceil((window.endsAtMs - nowMs) / 1000)) },
      });
    }
  };
}

function dropOldest(windows: Map<string, Window>): void {
  const oldest = windows.keys().next();
  if (windows.size >= MAX_CALLERS && oldest.done !== true) {
    windows.delete(oldest.value);
  }
}
