import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from './logging.ts';
import { createPeriodic } from './periodic.ts';

const SECOND = 1_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Each run ends when the test says so. */
function aJob(firstMs?: number) {
  const said: string[] = [];
  const runs: { end: () => void; fail: () => void; signal: AbortSignal }[] = [];
  const destination = { write: (line: string) => void said.push(line) };
  const job = createPeriodic({
    ...{ name: 'job', everyMs: 10 * SECOND, whenFailed: 'it failed' },
    ...(firstMs === undefined ? {} : { firstMs }),
    run: (signal) =>
      new Promise((resolve, reject) => {
        runs.push({
          end: resolve,
          fail: () => {
            reject(new Error('away'));
          },
          signal,
        });
      }),
    log: createLogger({ service: 'test', destination }),
  });
  return { job, runs, said };
}

describe('createPeriodic', () => {
  it('runs after the first pause, then after each interval', async () => {
    const { job, runs } = aJob(SECOND);
    await job.start();

    await jest.advanceTimersByTimeAsync(SECOND);
    expect(runs).toHaveLength(1);
    runs[0]?.end();
    await jest.advanceTimersByTimeAsync(20 * SECOND);
    expect(runs).toHaveLength(2);
  });

  it('is never twice at work', async () => {
    const { job, runs } = aJob();
    await job.start();

    await jest.advanceTimersByTimeAsync(35 * SECOND);
    expect(runs).toHaveLength(1);
    runs[0]?.end();
    await jest.advanceTimersByTimeAsync(10 * SECOND);
    expect(runs).toHaveLength(2);
  });

  it('says a failure and goes on at the next turn', async () => {
    const { job, runs, said } = aJob();
    await job.start();
    await jest.advanceTimersByTimeAsync(10 * SECOND);

    runs[0]?.fail();
    await jest.advanceTimersByTimeAsync(10 * SECOND);

    expect(said.join()).toContain('it failed');
    expect(runs).toHaveLength(2);
  });

  it('lets a run end when it stops, begins none afterwards, and calls that no failure', async () => {
    const { job, runs, said } = aJob();
    await job.start();
    await jest.advanceTimersByTimeAsync(10 * SECOND);
    let isStopped = false;
    const stopped = job.stop().then(() => {
      isStopped = true;
    });

    await jest.advanceTimersByTimeAsync(30 * SECOND);
    expect([runs.length, runs[0]?.signal.aborted, isStopped]).toEqual([1, true, false]);
    runs[0]?.fail();
    await stopped;

    expect(said).toEqual([]);
  });
});
