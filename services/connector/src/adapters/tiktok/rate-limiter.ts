export type Priority = 'live' | 'backfill';

export interface RateLimiter {
  /** Resolves when a call may go out. Live calls go before backfill, whatever waits. */
  acquire(priority: Priority, signal?: AbortSignal): Promise<void>;
  /** TikTok said no: half the rate from now on. */
  throttled(): void;
  /** Calls per second at present. */
  rate(): number;
}

export interface RateLimiterOptions {
  readonly start: number;
  readonly ceiling: number;
  readonly monotonicMs: () => number;
  readonly setTimer?: (callback: () => void, delayMs: number) => unknown;
}

const DOUBLE_EVERY_MS = 10_000;
const RISE_EVERY_MS = 60_000;
const FLOOR = 0.2;

interface Waiting {
  go(): void;
  readonly signal: AbortSignal | undefined;
}

/**
 * One bucket per (app × shop). TikTok publishes no figure, so the rate doubles until the first
 * refusal; from then on it halves at each and regains a tenth for every quiet minute.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { start, ceiling, monotonicMs, setTimer = setTimeout } = options;
  const queues: Record<Priority, Waiting[]> = { live: [], backfill: [] };
  let base = Math.min(start, ceiling);
  let since = monotonicMs();
  let wasThrottled = false;
  let tokens = 1;
  let filledAt = since;
  let isTimerSet = false;

  const rate = (): number => {
    const elapsed = Math.max(0, monotonicMs() - since);
    const factor = wasThrottled
      ? 1.1 ** Math.floor(elapsed / RISE_EVERY_MS)
      : 2 ** Math.floor(elapsed / DOUBLE_EVERY_MS);
    return Math.min(ceiling, base * factor);
  };

  const refill = (): void => {
    const now = monotonicMs();
    const perSecond = rate();
    // A quarter second's worth may be saved up, so that a timer's grain costs no calls.
    tokens = Math.min(Math.max(1, perSecond / 4), tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
  };

  const next = (): Waiting | undefined => {
    const waiting = queues.live.shift() ?? queues.backfill.shift();
    return waiting?.signal?.aborted === true ? next() : waiting;
  };

  const pump = (): void => {
    refill();
    while (tokens >= 1) {
      const waiting = next();
      if (waiting === undefined) {
        return;
      }
      tokens -= 1;
      waiting.go();
    }
    if (!isTimerSet && queues.live.length + queues.backfill.length > 0) {
      isTimerSet = true;
      setTimer(
        () => {
          isTimerSet = false;
          pump();
        },
        Math.ceil(((1 - tokens) / rate()) * 1000),
      );
    }
  };

  return {
    acquire: (priority, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) {
          reject(abortReason(signal));
          return;
        }
        const onAbort = (): void => {
          reject(abortReason(signal));
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        queues[priority].push({
          signal,
          go: () => {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        });
        pump();
      }),
    throttled: () => {
      base = Math.max(FLOOR, rate() / 2);
      since = monotonicMs();
      wasThrottled = true;
      tokens = 0;
      filledAt = since;
    },
    rate,
  };
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted');
}
