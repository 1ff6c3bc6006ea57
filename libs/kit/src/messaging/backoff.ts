import { setTimeout as delay } from 'node:timers/promises';

/** Exponential with full jitter, so that replicas do not return in step. */
export function backoffMs(attempt: number, baseMs: number, capMs: number): number {
  return Math.random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 20));
}

/** Resolves after `ms` or at once when the signal aborts; never rejects. */
export async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}

/** Tries once, then repeats until it succeeds; undefined only when the signal aborted before. */
export async function untilDone<T>(
  signal: AbortSignal,
  step: () => Promise<T>,
  onFailure: (error: unknown, attempt: number) => void,
  capMs = 5_000,
): Promise<T | undefined> {
  for (let attempt = 0; attempt === 0 || !signal.aborted; attempt += 1) {
    try {
      return await step();
    } catch (error) {
      onFailure(error, attempt);
      await pauseFor(50 + backoffMs(attempt, 200, capMs), signal);
    }
  }
  return undefined;
}

/** Waits for the work, but no longer; its failure is not reported here. */
export async function atMost(ms: number, work: Promise<unknown> | undefined): Promise<void> {
  const enough = new AbortController();
  await Promise.race([work?.catch(() => undefined), pauseFor(ms, enough.signal)]);
  enough.abort();
}
