import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import type { Bucket } from './dirty-buckets.ts';
import { auditRollups } from './nightly-audit.ts';
import type { AuditDeps, Part, Slice } from './nightly-audit.ts';
import type { DirtyBuckets } from './dirty-buckets.ts';
import { runAudit } from './run-audit.ts';
import type { LastAudit, NightReport } from './run-audit.ts';
import type { DoubtfulChunk } from './chunk-audit.ts';

const aBucket = (localDate: string): Bucket => ({ shopKey: aShopKey(), epoch: 1, localDate });
const key = ({ shopKey, localDate }: Bucket) => `${shopKey} ${localDate}`;

/** Rollups of which some buckets are wrong; each is right after it was rolled so many times. */
function aStore(wrong: readonly { bucket: Bucket; passes: number }[]) {
  const left = new Map(wrong.map(({ bucket, passes }) => [key(bucket), passes]));
  const slices: Slice[] = [];
  const raised: string[] = [];
  const rolled: string[] = [];
  const isWrong = (bucket: Bucket) => (left.get(key(bucket)) ?? 0) > 0;
  const deps: AuditDeps = {
    rollups: ['shop_daily', 'finance_daily'],
    months: () => Promise.resolve(['2025-01-01', '2026-03-01', '2026-11-01', '2026-12-01']),
    keptFrom: () => '2024-12-02',
    attempt: (_part, work) => work(),
    isFenced: () => false,
    signal: new AbortController().signal,
    differingInSlice: (rollup, slice) => {
      slices.push(slice);
      const inSlice = wrong
        .map(({ bucket }) => bucket)
        .filter(({ localDate }) => localDate >= slice.from && localDate < slice.to);
      return Promise.resolve(rollup === 'shop_daily' ? inSlice.filter(isWrong) : []);
    },
    differingOf: (_rollup, buckets) => Promise.resolve(buckets.filter(isWrong)),
    reroll: ({ order, settlement, finance }) => {
      expect([settlement, finance]).toEqual([[], []]);
      for (const bucket of order) {
        rolled.push(key(bucket));
        left.set(key(bucket), (left.get(key(bucket)) ?? 0) - 1);
      }
      return Promise.resolve();
    },
    raiseRevision: (of) => {
      raised.push(...of.map(({ shopKey }) => shopKey));
      return Promise.resolve();
    },
  };
  return { deps, slices, raised, rolled };
}

describe('auditRollups', () => {
  it('looks at every month in which anything is stored, whole', async () => {
    const { deps, slices } = aStore([]);

    expect(await auditRollups(deps)).toEqual({ slices: 4, repaired: 0, differing: [], failed: 0 });
    expect(slices.filter((_, index) => index % 2 === 0)).toEqual([
      { from: '2025-01-01', to: '2025-02-01' },
      { from: '2026-03-01', to: '2026-04-01' },
      { from: '2026-11-01', to: '2026-12-01' },
      { from: '2026-12-01', to: '2027-01-01' },
    ]);
  });

  it('leaves out days of which tables let go, each when it does', async () => {
    const { deps, slices } = aStore([{ bucket: aBucket('2026-03-04'), passes: 9 }]);

    const report = await auditRollups({ ...deps, keptFrom: () => '2026-03-05' });

    expect(report).toEqual({ slices: 3, repaired: 0, differing: [], failed: 0 });
    expect(slices[0]).toEqual({ from: '2026-03-05', to: '2026-04-01' });
  });

  it('puts right what a pass puts right, and makes readers ask again', async () => {
    const bucket = aBucket('2026-03-05');
    const { deps, raised } = aStore([{ bucket, passes: 1 }]);

    expect(await auditRollups(deps)).toMatchObject({ repaired: 1, differing: [] });
    expect(raised).toEqual([bucket.shopKey]);
  });

  it('reports what stays wrong, after three passes, and goes on with the rest', async () => {
    const stubborn = aBucket('2025-01-31');
    const mended = aBucket('2026-11-28');
    const { deps, rolled } = aStore([
      { bucket: stubborn, passes: 99 },
      { bucket: mended, passes: 3 },
    ]);

    const { repaired, differing } = await auditRollups(deps);

    expect([repaired, differing]).toEqual([1, [{ ...stubborn, rollup: 'shop_daily' }]]);
    expect(rolled).toHaveLength(6);
  });

  it('ends between two looks when the process does', async () => {
    const { deps, slices } = aStore([]);
    const stopping = new AbortController();
    const audit = auditRollups({
      ...deps,
      signal: stopping.signal,
      differingInSlice: (rollup, slice) => {
        stopping.abort();
        return deps.differingInSlice(rollup, slice);
      },
    });

    await expect(audit).rejects.toThrow('aborted');
    expect(slices).toHaveLength(1);
  });

  it.each([
    ['shop_hourly', 'order'],
    ['shop_daily', 'order'],
    ['product_daily', 'order'],
    ['finance_daily', 'finance'],
    ['shop_daily_by_line', 'order'],
  ] as const)('puts buckets of %s right by a pass over those of kind %s', async (rollup, kind) => {
    const wrong = [aBucket('2026-03-05'), aBucket('2026-03-31')];
    const passes: DirtyBuckets[] = [];
    const { deps } = aStore([]);

    const report = await auditRollups({
      ...deps,
      rollups: [rollup],
      differingInSlice: (_rollup, { from }) => Promise.resolve(from === '2026-03-01' ? wrong : []),
      differingOf: () => Promise.resolve([]),
      reroll: (dirty) => Promise.resolve(void passes.push(dirty)),
    });

    expect(report).toMatchObject({ repaired: 2, differing: [] });
    expect(passes).toEqual([{ order: [], settlement: [], finance: [], [kind]: wrong }]);
  });

  it('tells what it found where a part of it could not be done', async () => {
    const stubborn = aBucket('2026-11-28');
    const { deps } = aStore([{ bucket: stubborn, passes: 99 }]);
    const parts: Part[] = [];

    const report = await auditRollups({
      ...deps,
      attempt: (part, work) => {
        parts.push(part);
        return part.from === '2026-03-01' ? Promise.resolve(undefined) : work();
      },
    });

    expect(report).toEqual({
      ...{ slices: 4, repaired: 0, failed: 2 },
      differing: [{ ...stubborn, rollup: 'shop_daily' }],
    });
    expect(parts.slice(0, 3)).toEqual([
      { of: 'months' },
      { of: 'shop_daily', from: '2025-01-01' },
      { of: 'finance_daily', from: '2025-01-01' },
    ]);
  });

  it('tells that it saw nothing where nobody knows which months there are', async () => {
    const { deps, slices } = aStore([]);
    const parts: Part[] = [];

    const report = await auditRollups({
      ...deps,
      months: () => Promise.reject(new Error('too much for the store')),
      attempt: (part, work) => {
        parts.push(part);
        return work().catch(() => undefined);
      },
    });

    expect(report).toEqual({ slices: 0, repaired: 0, differing: [], failed: 1 });
    expect([parts, slices]).toEqual([[{ of: 'months' }], []]);
  });

  it('leaves alone what is being erased', async () => {
    const { deps, rolled } = aStore([{ bucket: aBucket('2026-03-05'), passes: 99 }]);

    const report = await auditRollups({ ...deps, isFenced: () => true });

    expect([report.repaired, report.differing, rolled]).toEqual([0, [], []]);
  });
});

describe('runAudit', () => {
  it.each([
    ['2026-11-29T02:00:00Z', '2026-11-29T02:00:00.000Z'],
    ['2026-11-29T01:59:59Z', '2026-11-28T02:00:00.000Z'],
    ['2026-11-29T23:59:59Z', '2026-11-29T02:00:00.000Z'],
  ])('at %s is due if none was begun since %s', async (now, due) => {
    const { deps, slices } = aStore([]);
    const asked: string[] = [];
    const again: number[] = [];

    await runAudit({
      ...deps,
      now: () => new Date(now),
      onReport: () => undefined,
      onLast: () => undefined,
      doubtfulChunks: () => Promise.reject(new Error('nothing was done')),
      journal: {
        claim: (dueBefore, againBefore, at) => {
          asked.push(dueBefore.toISOString());
          again.push(at.getTime() - againBefore.getTime());
          return Promise.resolve(false);
        },
        finish: () => Promise.reject(new Error('nothing was done')),
        last: () => Promise.resolve(undefined),
      },
    });

    expect([asked, slices]).toEqual([[due], []]);
    // One that failed before it saw anything: again after an hour.
    expect(again).toEqual([3_600_000]);
  });

  it('tells and keeps what it found of the figures and of what was counted of the log', async () => {
    const { deps } = aStore([]);
    const doubtful: DoubtfulChunk[] = [
      { doubt: 'read_twice', topic: 'facts', partition: 1, minOffset: '5', maxOffset: '9' },
    ];
    const told: NightReport[] = [];

    await runAudit({
      ...deps,
      now: () => new Date('2026-12-01T03:00:00Z'),
      doubtfulChunks: () => Promise.resolve(doubtful),
      onReport: (report) => {
        told.push(report);
      },
      onLast: () => undefined,
      journal: {
        claim: () => Promise.resolve(true),
        finish: (report) => {
          told.push(report);
          return Promise.resolve();
        },
        last: () => Promise.resolve(undefined),
      },
    });

    const report = { slices: 4, repaired: 0, differing: [], doubtful, failed: 0 };
    expect(told).toEqual([report, report]);
  });

  it('counts a look at the log that could not be done, and keeps the rest', async () => {
    const { deps } = aStore([]);
    const kept: NightReport[] = [];

    await runAudit({
      ...deps,
      attempt: (part, work) => (part.of === 'chunks' ? Promise.resolve(undefined) : work()),
      now: () => new Date('2026-12-01T03:00:00Z'),
      doubtfulChunks: () => Promise.resolve([]),
      onReport: () => undefined,
      onLast: () => undefined,
      journal: {
        claim: () => Promise.resolve(true),
        finish: (report) => Promise.resolve(void kept.push(report)),
        last: () => Promise.resolve(undefined),
      },
    });

    expect(kept).toEqual([{ slices: 4, repaired: 0, differing: [], doubtful: [], failed: 1 }]);
  });

  it('ends, and says so, where nobody knows which months there are', async () => {
    const { deps } = aStore([]);
    const kept: NightReport[] = [];

    await runAudit({
      ...deps,
      months: () => Promise.reject(new Error('too much for the store')),
      attempt: (_part, work) => work().catch(() => undefined),
      now: () => new Date('2026-12-01T03:00:00Z'),
      doubtfulChunks: () => Promise.resolve([]),
      onReport: () => undefined,
      onLast: () => undefined,
      journal: {
        claim: () => Promise.resolve(true),
        finish: (report) => Promise.resolve(void kept.push(report)),
        last: () => Promise.resolve(undefined),
      },
    });

    expect(kept).toEqual([{ slices: 0, repaired: 0, differing: [], doubtful: [], failed: 1 }]);
  });

  it('tells of the last audit also where another instance did it', async () => {
    const { deps } = aStore([]);
    const counts = { slices: 4, repaired: 0, differing: 0, doubtful: 0, failed: 0 };
    const at = new Date('2026-12-01T02:00:00Z');
    const last = { ...counts, startedAt: at, finishedAt: at };
    const told: LastAudit[] = [];

    await runAudit({
      ...deps,
      now: () => new Date('2026-12-01T03:00:00Z'),
      doubtfulChunks: () => Promise.reject(new Error('nothing was done')),
      onReport: () => undefined,
      onLast: (found) => void told.push(found),
      journal: {
        claim: () => Promise.resolve(false),
        finish: () => Promise.reject(new Error('nothing was done')),
        last: () => Promise.resolve(last),
      },
    });

    expect(told).toEqual([last]);
  });
});
