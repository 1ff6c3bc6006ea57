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

/** Doubles until the first refusal; from then on halves at each and regains a tenth a quiet minute. */
function createRate({ start, ceiling, monotonicMs }: RateLimiterOptions) {
  let base = Math.min(start, ceiling);
  let since = monotonicMs();
  let wasThrottled = false;
  const perSecond = (): number => {
    const elapsed = Math.max(0, monotonicMs() - since);
    const factor = wasThrottled
      ? 1.1 ** Math.floor(elapsed / RISE_EVERY_MS)
      : 2 ** Math.floor(elapsed / DOUBLE_EVERY_MS);
    return Math.min(ceiling, base * factor);
  };
  return {
    perSecond,
    halve: (): void => {
      base = Math.max(FLOOR, perSecond() / 2);
      since = monotonicMs();
      wasThrottled = true;
    },
  };
}

/** Who waits: live calls before backfill, each in order; an aborted one lets the next pass. */
function createWaitingRoom() {
  const queues: Record<Priority, Waiting[]> = { live: [], backfill: [] };
  const next = (): Waiting | undefined => {
    const waiting = queues.live.shift() ?? queues.backfill.shift();
    return waiting?.signal?.aborted === true ? next() : waiting;
  };
  return {
    next,
    isEmpty: (): boolean => queues.live.length + queues.backfill.length === 0,
    enter: (priority: Priority, signal: AbortSignal | undefined): Promise<void> =>
      new Promise((resolve, reject) => {
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
      }),
  };
}

/** One bucket per (app × shop): TikTok publishes no figure, so the rate feels its way. */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { monotonicMs, setTimer = setTimeout } = options;
  const rate = createRate(options);
  const room = createWaitingRoom();
  let tokens = 1;
  let filledAt = monotonicMs();
  let isTimerSet = false;

  const refill = (): void => {
    const now = monotonicMs();
    const perSecond = rate.perSecond();
    // A quarter second's worth may be saved up, so that a timer's grain costs no calls.
    tokens = Math.min(Math.max(1, perSecond / 4), tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
  };

  const pump = (): void => {
    refill();
    while (tokens >= 1) {
      const waiting = room.next();
      if (waiting === undefined) {
        return;
      }
      tokens -= 1;
      waiting.go();
    }
    if (!isTimerSet && !room.isEmpty()) {
      isTimerSet = true;
      setTimer(
        () => {
          isTimerSet = false;
          pump();
        },
        Math.ceil(((1 - tokens) / rate.perSecond()) * 1000),
      );
    }
  };

  return {
    acquire: (priority, signal) => {
      if (signal?.aborted === true) {
        return Promise.reject(abortReason(signal));
      }
      const passed = room.enter(priority, signal);
      pump();
      return passed;
    },
    throttled: () => {
      rate.halve();
      tokens = 0;
      filledAt = monotonicMs();
    },
    rate: rate.perSecond,
  };
}

function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('aborted');
}
