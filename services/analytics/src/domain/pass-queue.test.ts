import { describe, expect, it } from '@jest/globals';
import { createPassQueue } from './pass-queue.ts';
import type { DirtyBuckets } from './pass-queue.ts';

const SHOP = '01JAAAAAAAAAAAAAAAAAAAAAAA';
const day = (localDate: string): DirtyBuckets => ({
  order: [{ shopKey: SHOP, epoch: 1, localDate }],
  settlement: [],
  finance: [],
});
const NOTHING: DirtyBuckets = { order: [], settlement: [], finance: [] };
const daysOf = ({ order }: DirtyBuckets): string[] => order.map(({ localDate }) => localDate);

/** More is at hand. */
const patient = (longestMs: number) => ({ longestMs, nextMs: longestMs });

/** A queue whose passes end when told to, and whose time goes by when told to. */
function createBench() {
  const passes: string[][] = [];
  const running: PromiseWithResolvers<undefined>[] = [];
  const timers = new Map<() => void, number>();
  let time = 1_000;
  const request = createPassQueue(
    async (dirty) => {
      passes.push(daysOf(dirty));
      const pass = Promise.withResolvers<undefined>();
      running.push(pass);
      await pass.promise;
    },
    {
      now: () => time,
      after: (ms, act) => {
        timers.set(act, time + ms);
        return () => timers.delete(act);
      },
    },
  );
  const sleep = (ms: number): void => {
    time += ms;
    for (const [act, at] of timers) {
      if (at <= time) {
        timers.delete(act);
        act();
      }
    }
  };
  return {
    passes,
    request,
    timers,
    sleep,
    endPass: async () => {
      running.shift()?.resolve(undefined);
      await new Promise((resolve) => setImmediate(resolve));
    },
    /** One that took so long, and what it was for. */
    passOf: async (ms: number, name = '2026-02-01') => {
      void request(day(name));
      sleep(ms);
      running.shift()?.resolve(undefined);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

describe('passes over the rollups', () => {
  it('begin at once when nothing more is at hand', () => {
    const { passes, request, timers } = createBench();

    void request(day('2026-03-01'));

    expect(passes).toEqual([['2026-03-01']]);
    expect(timers.size).toBe(0);
  });

  it('share what came during the pass before, each bucket once', async () => {
    const { passes, request, endPass } = createBench();

    void request(day('2026-03-01'));
    void request(day('2026-03-02'));
    void request(day('2026-03-02'));
    await endPass();

    expect(passes).toEqual([['2026-03-01'], ['2026-03-02']]);
  });

  it('wait for chunks that are at hand, until the last of them', async () => {
    const { passes, request, passOf } = createBench();
    await passOf(100);

    void request(day('2026-03-01'), patient(1_000));
    const before = [...passes];
    void request(day('2026-03-02'));

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02']]);
  });

  it('rest five times as long as the one before took, whatever more is at hand', async () => {
    const { passes, request, passOf, sleep } = createBench();
    await passOf(100);

    void request(day('2026-03-01'), patient(6_000));
    sleep(300);
    void request(day('2026-03-02'), patient(6_000));
    sleep(199);
    const before = [...passes];
    sleep(1);

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02']]);
  });

  it('need no rest before the first, nor behind one that is long over', async () => {
    const first = createBench();
    const later = createBench();
    await later.passOf(100);
    later.sleep(500);

    void first.request(day('2026-03-01'), patient(6_000));
    void later.request(day('2026-03-01'), patient(6_000));

    expect(first.passes).toEqual([['2026-03-01']]);
    expect(later.passes).toEqual([['2026-02-01'], ['2026-03-01']]);
  });

  it('wait no longer than the least patient, of whatever is at hand', async () => {
    const { passes, request, passOf, sleep } = createBench();
    await passOf(10_000);

    void request(day('2026-03-01'), patient(6_000));
    void request(day('2026-03-02'), patient(1_000));
    void request(day('2026-03-03'), patient(6_000));
    sleep(999);
    const before = [...passes];
    sleep(1);

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02', '2026-03-03']]);
  });

  it('wait a little for more where nothing is at hand yet, and then for what that expects', async () => {
    const { passes, request, passOf, sleep } = createBench();
    await passOf(10_000);

    void request(day('2026-03-01'), { longestMs: 6_000, nextMs: 500 });
    sleep(499);
    void request(day('2026-03-02'), patient(6_000));
    sleep(2_000);
    void request(day('2026-03-03'), { longestMs: 6_000, nextMs: 500 });
    sleep(499);
    const before = [...passes];
    sleep(1);

    expect(before).toEqual([['2026-02-01']]);
    expect(passes).toEqual([['2026-02-01'], ['2026-03-01', '2026-03-02', '2026-03-03']]);
  });

  it('begin when the chunk that was waited for changes no figure', async () => {
    const { passes, request, passOf } = createBench();
    await passOf(100);

    void request(day('2026-03-01'), patient(1_000));
    void request(NOTHING);

    expect(passes).toEqual([['2026-02-01'], ['2026-03-01']]);
  });

  it('leave no timer behind', async () => {
    const { request, passOf, timers, endPass } = createBench();
    await passOf(100);

    void request(day('2026-03-01'), patient(1_000));
    void request(day('2026-03-02'), patient(1_000));
    const waiting = timers.size;
    void request(day('2026-03-03'));
    await endPass();

    expect(waiting).toBe(1);
    expect(timers.size).toBe(0);
  });

  it('go on behind one that failed, and tell those who asked for it', async () => {
    const passes: string[][] = [];
    const request = createPassQueue(
      (dirty) => {
        passes.push(daysOf(dirty));
        return passes.length === 1 ? Promise.reject(new Error('no store')) : Promise.resolve();
      },
      { now: () => 0, after: () => () => undefined },
    );

    await expect(request(day('2026-03-01'))).rejects.toThrow('no store');
    await request(day('2026-03-01'));

    expect(passes).toHaveLength(2);
  });

  it('answer those who asked, and only them, as their pass ends', async () => {
    const { request, endPass } = createBench();
    const ended: string[] = [];
    const ask = (name: string): void => {
      void request(day(name)).then(() => ended.push(name));
    };

    ask('2026-03-01');
    ask('2026-03-02');
    await endPass();
    const first = [...ended];
    await endPass();

    expect(first).toEqual(['2026-03-01']);
    expect(ended).toEqual(['2026-03-01', '2026-03-02']);
  });
});
