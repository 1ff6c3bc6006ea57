import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import type { DirtyBuckets } from '../domain/dirty-buckets.ts';
import type { MendedGap } from '../domain/mended-gap.ts';
import type { Scope } from '../domain/read-fact.ts';
import { closeGaps } from './close-gaps.ts';
import type { CloseGapsDeps } from './close-gaps.ts';

const scopeOf = (): Scope => ({ shopKey: aShopKey(), epoch: 1 });
const mendedOf = (scope: Scope, change: Partial<MendedGap> = {}): MendedGap => ({
  ...{ scope, resource: 'order', entityId: '1', fromS: 100, throughS: 200, ver: '512' },
  ...{ days: ['2026-03-02'], orderDays: [] },
  ...change,
});

/** Closed gaps are mended no more; of connections in `closed` nothing is written. */
function createRecorder(gaps: readonly MendedGap[], closed: readonly Scope[] = [], atOnce = 10) {
  const steps: string[] = [];
  const lines: string[] = [];
  const rolled: DirtyBuckets[] = [];
  const isClosed = ({ shopKey }: Scope) => closed.some((scope) => scope.shopKey === shopKey);
  const left = [...gaps];
  const deps: CloseGapsDeps = {
    guardedChunk: async (scopes, write) => {
      const open = scopes.filter((scope) => !isClosed(scope));
      if (open.length > 0) {
        await write(open);
      }
      return { fenced: scopes.filter(isClosed) };
    },
    mendedGaps: (resource, scopes) => {
      steps.push(`look at ${String(scopes.length)}`);
      const found = left.filter(
        (gap) =>
          gap.resource === resource && scopes.some(({ shopKey }) => shopKey === gap.scope.shopKey),
      );
      return Promise.resolve(found.slice(0, atOnce));
    },
    reroll: (dirty) => {
      steps.push('reroll');
      rolled.push(dirty);
      return Promise.resolve();
    },
    raiseRevision: (scopes) => {
      steps.push('raise');
      return Promise.resolve(scopes);
    },
    insert: (table, written) => {
      steps.push(`insert ${table}`);
      lines.push(...written);
      left.splice(0, written.length);
      return Promise.resolve();
    },
  };
  return { steps, lines, rolled, deps };
}

describe('closeGaps', () => {
  it('rolls the days of what has come, then raises the revision, then closes and raises it again', async () => {
    const scope = scopeOf();
    const { steps, lines, rolled, deps } = createRecorder([mendedOf(scope)]);

    await closeGaps(deps, 'order', [scope, scopeOf()]);

    expect(steps).toEqual([
      ...['look at 2', 'reroll', 'raise', 'insert gaps', 'raise', 'look at 2'],
    ]);
    const bucket = { ...scope, localDate: '2026-03-02' };
    expect(rolled).toEqual([{ order: [bucket], settlement: [], finance: [] }]);
    expect(lines).toEqual([`${scope.shopKey}\t1\torder\t1\t100\t200\t513\t1\n`]);
  });

  it('rolls the days of a statement and those of the orders that its lines speak of', async () => {
    const scope = scopeOf();
    const { rolled, deps } = createRecorder([
      mendedOf(scope, { resource: 'transaction', days: ['2026-03-09'], orderDays: ['2026-03-02'] }),
    ]);

    await closeGaps(deps, 'transaction', [scope]);

    expect(rolled).toEqual([
      {
        order: [],
        settlement: [{ ...scope, localDate: '2026-03-02' }],
        finance: [{ ...scope, localDate: '2026-03-09' }],
      },
    ]);
  });

  it('needs no pass for kinds that no rollup is made of', async () => {
    const scope = scopeOf();
    const { steps, deps } = createRecorder([mendedOf(scope, { resource: 'payment', days: [] })]);

    await closeGaps(deps, 'payment', [scope]);

    expect(steps).toEqual(['look at 1', 'raise', 'insert gaps', 'raise', 'look at 1']);
  });

  it('goes on until all are closed, some at a time', async () => {
    const [scope, other] = [scopeOf(), scopeOf()];
    const gaps = ['1', '2', '3'].map((entityId) => mendedOf(scope, { entityId }));
    const { lines, deps } = createRecorder([...gaps, mendedOf(other, { entityId: '4' })], [], 2);

    await closeGaps(deps, 'order', [scope, other]);

    expect(lines.map((line) => line.split('\t')[3])).toEqual(['1', '2', '3', '4']);
  });

  it('writes nothing of connections that are closed, and asks no more for them', async () => {
    const [scope, gone] = [scopeOf(), scopeOf()];
    const { steps, lines, deps } = createRecorder([mendedOf(scope), mendedOf(gone)], [gone]);

    await closeGaps(deps, 'order', [scope, gone]);

    expect(lines.map((line) => line.split('\t')[0])).toEqual([scope.shopKey]);
    expect(steps.at(-1)).toBe('look at 1');
  });
});
