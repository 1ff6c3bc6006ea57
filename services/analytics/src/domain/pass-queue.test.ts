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

/** A queue whose passes end when told to, and whose time goes by when told to. */
function createBench() {
  const passes: string[][] = [];
  const running: PromiseWithResolvers<undefined>[] = [];
  const timers = new Set<() => void>();
  const request = createPassQueue(
    async (dirty) => {
      passes.push(daysOf(dirty));
      const pass = Promise.withResolvers<undefined>();
      running.push(pass);
      await pass.promise;
    },
    (_ms, act) => {
      timers.add(act);
      return () => timers.delete(act);
    },
  );
  return {
    passes,
    request,
    timers,
    endPass: async () => {
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

  it('wait for chunks that are at hand, until the last of them', () => {
    const { passes, request } = createBench();

    void request(day('2026-03-01'), true);
    const before = [...passes];
    void request(day('2026-03-02'), false);

    expect(before).toEqual([]);
    expect(passes).toEqual([['2026-03-01', '2026-03-02']]);
  });

  it('begin with three chunks, whatever more is at hand', () => {
    const { passes, request } = createBench();

    void request(day('2026-03-01'), true);
    void request(day('2026-03-02'), true);
    void request(day('2026-03-03'), true);

    expect(passes).toEqual([['2026-03-01', '2026-03-02', '2026-03-03']]);
  });

  it('do not wait for ever for a chunk that does not come', () => {
    const { passes, request, timers } = createBench();

    void request(day('2026-03-01'), true);
    for (const act of timers) {
      act();
    }

    expect(passes).toEqual([['2026-03-01']]);
  });

  it('begin when the chunk that was waited for changes no figure', () => {
    const { passes, request } = createBench();

    void request(day('2026-03-01'), true);
    void request(NOTHING, false);

    expect(passes).toEqual([['2026-03-01']]);
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
