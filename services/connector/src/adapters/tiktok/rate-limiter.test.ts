import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from './rate-limiter.ts';

/** Time and timers of the test alone. */
function createStage(start: number, ceiling: number) {
  let now = 0;
  let timers: { at: number; run: () => void }[] = [];
  const limiter = createRateLimiter({
    start,
    ceiling,
    monotonicMs: () => now,
    setTimer: (run, delayMs) => timers.push({ at: now + delayMs, run }),
  });
  const advance = async (ms: number): Promise<void> => {
    for (const until = now + ms; now < until; now += 1) {
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      due.forEach(({ run }) => {
        run();
      });
    }
    await Promise.resolve();
  };
  return { limiter, advance };
}

describe('createRateLimiter', () => {
  it('lets no more through than the rate', async () => {
    const { limiter, advance } = createStage(3, 20);
    let passed = 0;
    for (let call = 0; call < 20; call += 1) {
      void limiter.acquire('backfill').then(() => (passed += 1));
    }
    await advance(3_000);
    expect(passed).toBeGreaterThanOrEqual(9);
    expect(passed).toBeLessThanOrEqual(10);
  });

  it('doubles every ten seconds up to the ceiling', async () => {
    const { limiter, advance } = createStage(3, 20);
    const seen = [limiter.rate()];
    for (let step = 0; step < 4; step += 1) {
      await advance(10_000);
      seen.push(limiter.rate());
    }
    expect(seen).toEqual([3, 6, 12, 20, 20]);
  });

  it('halves on a refusal and regains a tenth per quiet minute', async () => {
    const { limiter, advance } = createStage(8, 20);
    limiter.throttled();
    expect(limiter.rate()).toBe(4);
    await advance(30_000);
    expect(limiter.rate()).toBe(4);
    await advance(30_000);
    expect(limiter.rate()).toBeCloseTo(4.4);
  });

  it('serves live calls before all backfill that waits', async () => {
    const { limiter, advance } = createStage(2, 2);
    const order: string[] = [];
    await limiter.acquire('backfill');
    void limiter.acquire('backfill').then(() => order.push('backfill'));
    void limiter.acquire('backfill').then(() => order.push('backfill'));
    void limiter.acquire('live').then(() => order.push('live'));
    await advance(5_000);
    expect(order).toEqual(['live', 'backfill', 'backfill']);
  });

  it('lets an aborted call go without spending its turn', async () => {
    const { limiter, advance } = createStage(1, 1);
    await limiter.acquire('live');
    const abort = new AbortController();
    const aborted = limiter.acquire('live', abort.signal);
    let next = false;
    void limiter.acquire('live').then(() => (next = true));
    abort.abort();
    await expect(aborted).rejects.toThrow();
    await advance(1_100);
    expect(next).toBe(true);
  });
});
