export interface KeyedLoopOptions {
  /** One step for the key; resolves with the milliseconds to wait before the next, undefined: none. */
  readonly step: (key: string) => Promise<number | undefined>;
  readonly onFailure: (error: unknown, key: string) => void;
}

export interface KeyedLoop {
  /** Runs steps for the key now; a call while one runs is followed by another step. */
  kick(key: string): void;
  /** Neither running nor waiting for a later step. */
  isIdle(key: string): boolean;
  /** Resolves when no step runs any more. */
  stop(): Promise<void>;
}

const RETRY_MS = 1_000;

/** Steps of one key never overlap; different keys go side by side. */
export function createKeyedLoop({ step, onFailure }: KeyedLoopOptions): KeyedLoop {
  const running = new Map<string, Promise<void>>();
  const again = new Set<string>();
  const timers = new Map<string, NodeJS.Timeout>();
  let isStopping = false;

  const cancel = (key: string): void => {
    clearTimeout(timers.get(key));
    timers.delete(key);
  };
  const wakeLater = (key: string, delayMs: number): void => {
    cancel(key);
    const timer = setTimeout(() => {
      kick(key);
    }, delayMs);
    timers.set(key, timer);
  };

  const run = async (key: string): Promise<void> => {
    do {
      again.delete(key);
      const pauseMs = await step(key);
      if (pauseMs === 0) {
        again.add(key);
      } else if (pauseMs !== undefined) {
        wakeLater(key, pauseMs);
      }
    } while (again.has(key) && !isStopping);
  };

  const kick = (key: string): void => {
    cancel(key);
    if (isStopping) {
      return;
    }
    again.add(key);
    if (running.has(key)) {
      return;
    }
    const whole = run(key)
      .catch((error: unknown) => {
        again.delete(key);
        onFailure(error, key);
        wakeLater(key, RETRY_MS);
      })
      .finally(() => {
        running.delete(key);
        if (again.has(key)) {
          kick(key); // something happened while the last step was ending
        }
      });
    running.set(key, whole);
  };

  return {
    kick,
    isIdle: (key) => !running.has(key) && !timers.has(key),
    stop: async () => {
      isStopping = true;
      [...timers.keys()].forEach(cancel);
      await Promise.all(running.values());
      [...timers.keys()].forEach(cancel);
    },
  };
}
