import type { DirtyBuckets } from './dirty-buckets.ts';
import type { Patience } from './pass-lane.ts';
import { createPassQueue } from './pass-queue.ts';
import type { PassQueue } from './pass-queue.ts';

export const bucket = (localDate: string) => ({
  shopKey: '01JAAAAAAAAAAAAAAAAAAAAAAA',
  epoch: 1,
  localDate,
});
export const NOTHING: DirtyBuckets = { order: [], settlement: [], finance: [] };
export const days = (...localDates: string[]): DirtyBuckets => ({
  ...NOTHING,
  order: localDates.map(bucket),
});
export const day = (localDate: string): DirtyBuckets => days(localDate);
export const daysOf = ({ order }: DirtyBuckets): string[] =>
  order.map(({ localDate }) => localDate);

/** More is at hand. */
export const patient = (longestMs: number) => ({ longestMs, nextMs: longestMs });

export const LANES = ['live', 'history'] as const;

/** A queue whose passes end when told to, and whose time goes by when told to. */
export function createPassBench(
  lane: keyof PassQueue = 'live',
  historyBucketsPerPass = 1_000,
  liveBucketsPerPass = 2_000,
) {
  const passes: string[][] = [];
  const running: PromiseWithResolvers<undefined>[] = [];
  const timers = new Map<() => void, number>();
  const ended: string[] = [];
  let time = 1_000;
  const queue = createPassQueue(
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
    { live: liveBucketsPerPass, history: historyBucketsPerPass },
  );
  const request = queue[lane];
  const sleep = (ms: number): void => {
    time += ms;
    for (const [act, at] of timers) {
      if (at <= time) {
        timers.delete(act);
        act();
      }
    }
  };
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const endPass = async (): Promise<void> => {
    running.shift()?.resolve(undefined);
    await turn();
  };
  return {
    passes,
    request,
    timers,
    sleep,
    endPass,
    failPass: async () => {
      running.shift()?.reject(new Error('no store'));
      await turn();
    },
    /** One that took so long, and what it was for. */
    passOf: async (ms: number, name = '2026-02-01') => {
      void request(day(name));
      sleep(ms);
      await endPass();
    },
    /** The names of those who are answered, in that order. */
    ended,
    ask: (of: keyof PassQueue, name: string, dirty = day(name), patience?: Patience) => {
      queue[of](dirty, patience).then(
        () => ended.push(name),
        () => ended.push(`${name} failed`),
      );
    },
  };
}
