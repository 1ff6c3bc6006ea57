import { setTimeout as delay } from 'node:timers/promises';

export interface EventuallyOptions {
  readonly timeoutMs?: number;
  readonly everyMs?: number;
}

/** Tries until it does not throw; when the time is over, the last failure is the test's failure. */
export async function eventually<T>(
  attempt: () => Promise<T> | T,
  { timeoutMs = 20_000, everyMs = 50 }: EventuallyOptions = {},
): Promise<T> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= until) {
        throw error;
      }
      await delay(everyMs);
    }
  }
}
