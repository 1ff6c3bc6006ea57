import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { createLease } from './lease.ts';

/** The broker's: a member that is silent for longer is counted out, and no longer waited for. */
const SESSION_MS = 15_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A log of fences, its broker and one instance; readings of the log end when the test says so. */
function aWorld() {
  let nowMs = 0;
  let lastBeatMs = 0;
  let written = 0;
  let known = 0;
  let missed = 0;
  const readings: { end: () => void; fail: () => void }[] = [];
  const isMember = (): boolean => nowMs - lastBeatMs <= SESSION_MS;
  const lease = createLease({
    clock: { monotonicMs: () => nowMs },
    log: { warn: () => undefined, info: () => undefined },
    catchUp: () =>
      new Promise((resolve, reject) => {
        // The end is fixed when the reading begins.
        const end = written;
        readings.push({
          end: () => {
            known = Math.max(known, end);
            resolve();
          },
          fail: () => {
            reject(new Error('away'));
          },
        });
      }),
  });
  const beat = (): void => {
    lastBeatMs = nowMs;
    lease.beat();
  };
  return {
    lease,
    beat,
    start: () => {
      beat();
      lease.start();
    },
    /** As of a frozen process: timers fire only at its end. */
    pass: async (ms: number) => {
      nowMs += ms;
      await jest.advanceTimersByTimeAsync(ms);
    },
    writeFence: () => {
      written += 1;
      // A member is waited for; without one the erasure goes on at once.
      missed = isMember() ? missed : written;
    },
    readings: () => readings.length,
    endReading: async () => {
      readings.shift()?.end();
      await jest.advanceTimersByTimeAsync(0);
    },
    failReading: async () => {
      readings.shift()?.fail();
      await jest.advanceTimersByTimeAsync(0);
    },
    /** Erased without this instance, which has not read of it yet. */
    isIgnorant: () => missed > known,
  };
}

type World = ReturnType<typeof aWorld>;

/** Silent until it is behind, then alive again and reading. */
async function aWorldThatReads(): Promise<World> {
  const world = aWorld();
  world.start();
  await world.pass(11_000);
  world.beat();
  await world.pass(500);
  return world;
}

/** Milliseconds that pass, or what happens. */
type Step = number | 'beat' | 'writeFence' | 'endReading' | 'failReading';

const PASSING = [500, 3_000, 9_000, 11_000, 16_000];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant('beat' as const) },
  { weight: 4, arbitrary: fc.constantFrom(...PASSING) },
  { weight: 2, arbitrary: fc.constant('writeFence' as const) },
  { weight: 3, arbitrary: fc.constant('endReading' as const) },
  { weight: 1, arbitrary: fc.constant('failReading' as const) },
);

/** A silence within a reading, and a fence in it. */
const FOUND: Step[] = [11_000, 'beat', 500, 16_000, 'writeFence', 'beat', 'endReading'];

describe('createLease', () => {
  it('comes back when the fences are read without a silence', async () => {
    const world = await aWorldThatReads();

    const whileReading = world.lease.isHealthy();
    await world.endReading();

    expect(whileReading).toBe(false);
    expect(world.lease.isHealthy()).toBe(true);
  });

  it('stays away after a silence that began and ended within the reading, until all is read again', async () => {
    const world = await aWorldThatReads();

    await world.pass(20_000);
    world.writeFence();
    world.beat();
    await world.endReading();
    const afterFirst = world.lease.isHealthy();
    await world.pass(500);
    await world.endReading();

    expect(afterFirst).toBe(false);
    expect(world.lease.isHealthy()).toBe(true);
    expect(world.isIgnorant()).toBe(false);
  });

  it('reads again when a reading fails', async () => {
    const world = await aWorldThatReads();

    await world.failReading();
    const afterFailure = world.lease.isHealthy();
    await world.pass(500);
    await world.endReading();

    expect(afterFailure).toBe(false);
    expect(world.lease.isHealthy()).toBe(true);
  });

  it('does not come back by a reading that ends after the stop', async () => {
    const world = await aWorldThatReads();

    world.lease.stop();
    await world.endReading();

    expect(world.lease.isHealthy()).toBe(false);
  });

  it('starts behind when a silence lies between the join and the start', async () => {
    const world = aWorld();
    world.beat();
    await world.pass(20_000);
    world.writeFence();
    world.start();

    const atStart = world.lease.isHealthy();
    await world.pass(500);
    await world.endReading();

    expect(atStart).toBe(false);
    expect(world.lease.isHealthy()).toBe(true);
  });

  it('waits for the lease until the limit, and no longer', async () => {
    const world = await aWorldThatReads();

    const tooShort = world.lease.untilHealthy(1_000);
    await world.pass(1_000);
    const longEnough = world.lease.untilHealthy(5_000);
    await world.endReading();
    await world.pass(100);

    await expect(tooShort).resolves.toBe(false);
    await expect(longEnough).resolves.toBe(true);
  });

  it('is never there while a fence is unknown whose erasure did not wait for this instance', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = aWorld();
        world.start();

        for (const one of steps) {
          await (typeof one === 'number' ? world.pass(one) : world[one]());

          expect(world.lease.isHealthy() && world.isIgnorant()).toBe(false);
        }

        world.beat();
        await world.pass(500);
        for (let left = world.readings(); left > 0; left -= 1) {
          await world.endReading();
        }
        await world.pass(500);
        await world.endReading();
        expect(world.lease.isHealthy()).toBe(true);
        world.lease.stop();
      }),
      { numRuns: 500, examples: [[FOUND]] },
    );
  });
});
