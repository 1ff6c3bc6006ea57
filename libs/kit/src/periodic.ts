import type { Lifecycled } from './lifecycle.ts';
import type { Logger } from './logging.ts';

export interface PeriodicOptions {
  readonly name: string;
  /** Milliseconds from one turn to the next. */
  readonly everyMs: number;
  /** Milliseconds from the start to the first turn; default `everyMs`. */
  readonly firstMs?: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
  /** Said with the error, as a sentence. */
  readonly whenFailed: string;
  readonly log: Logger;
}

/**
 * Work that comes again by itself. A run that takes longer than its interval is not joined by a second
 * one; a failure is said and waits for the next turn. `stop` aborts the signal and waits for the run.
 */
export function createPeriodic(options: PeriodicOptions): Lifecycled {
  const { name, everyMs, firstMs = everyMs, run, whenFailed, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const timers: NodeJS.Timeout[] = [];
  let running: Promise<void> | undefined;

  const turn = (): void => {
    running ??= run(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) {
          log.warn({ err: error }, whenFailed);
        }
      })
      .finally(() => {
        running = undefined;
      });
  };

  return {
    name,
    start: () => {
      timers.push(setTimeout(turn, firstMs), setInterval(turn, everyMs));
      return Promise.resolve();
    },
    stop: async () => {
      timers.forEach((timer) => {
        clearTimeout(timer);
      });
      stopping.abort();
      await running;
    },
  };
}
