import { describe, expect, it } from '@jest/globals';
import type { Resource } from '@tokometrics/contracts';
import { aShopKey } from '@tokometrics/testkit';
import type { ChunkEntities } from '../domain/chunk-entities.ts';
import type { DirtyBuckets } from '../domain/dirty-buckets.ts';
import type { Arrived, Entity, Missing } from '../domain/mended-gap.ts';
import type { Scope } from '../domain/read-fact.ts';
import { closeGaps } from './close-gaps.ts';
import type { CloseGapsDeps } from './close-gaps.ts';

const scopeOf = (): Scope => ({ shopKey: aShopKey(), epoch: 1 });
const missingOf = (scope: Scope, change: Partial<Missing> = {}): Missing => ({
  ...{ scope, entityId: '1', fromS: 100, throughS: 200, ver: 512n },
  ...change,
});
const rowOf = (scope: Scope, change: Partial<Arrived> = {}): Arrived => ({
  ...{ scope, entityId: '1', ver: 512n, days: ['2026-03-02'], orderDays: [] },
  ...change,
});
type Written = Entity & { readonly ver: bigint };
const chunkOf = (
  rows: readonly Written[],
  gaps: readonly Written[] = [],
  resource: Resource = 'order',
): ChunkEntities => {
  const of = (entities: readonly Written[]) =>
    entities.length === 0 ? [] : [{ resource, entities }];
  return { rows: of(rows), gaps: of(gaps) };
};

interface Stores {
  readonly open: readonly Missing[];
  readonly arrived?: readonly Arrived[];
  readonly closed?: readonly Scope[];
}

/** Of connections in `closed` nothing is written. */
function createRecorder({ open, arrived = [], closed = [] }: Stores) {
  const steps: string[] = [];
  const lines: string[] = [];
  const rolled: DirtyBuckets[] = [];
  const isClosed = ({ shopKey }: Scope) => closed.some((scope) => scope.shopKey === shopKey);
  const isAmong = (asked: readonly Entity[]) => (one: Entity) =>
    asked.some(
      ({ scope, entityId }) => scope.shopKey === one.scope.shopKey && entityId === one.entityId,
    );
  const deps: CloseGapsDeps = {
    guardedChunk: async (scopes, write) => {
      const open = scopes.filter((scope) => !isClosed(scope));
      if (open.length > 0) {
        await write(open);
      }
      return { fenced: scopes.filter(isClosed) };
    },
    openGaps: (resource, entities) => {
      steps.push(`look for ${String(entities.length)} of ${resource}`);
      return Promise.resolve(open.filter(isAmong(entities)));
    },
    arrived: (_resource, missing) => {
      steps.push(`look for rows of ${String(missing.length)}`);
      return Promise.resolve(arrived.filter(isAmong(missing)));
    },
    rollEarlier: (dirty) => {
      steps.push('roll');
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
      return Promise.resolve();
    },
  };
  return { steps, lines, rolled, deps };
}

describe('gaps of entities whose rows the chunk has written', () => {
  it('are closed without a pass or a look at rows, and the revision is raised', async () => {
    const scope = scopeOf();
    const { steps, lines, deps } = createRecorder({ open: [missingOf(scope)] });

    await closeGaps(deps, chunkOf([rowOf(scope, { ver: 768n }), rowOf(scope, { entityId: '2' })]));

    expect(steps).toEqual(['look for 2 of order', 'insert gaps', 'raise']);
    expect(lines).toEqual([`${scope.shopKey}\t1\torder\t1\t100\t200\t769\t1\n`]);
  });

  it('stay open for an older version', async () => {
    const scope = scopeOf();
    const { steps, deps } = createRecorder({ open: [missingOf(scope, { ver: 513n })] });

    await closeGaps(deps, chunkOf([rowOf(scope), rowOf(scope, { entityId: '2', ver: 999n })]));

    expect(steps).toEqual(['look for 2 of order']);
  });

  it('are closed by the newest of several rows of one name', async () => {
    const scope = scopeOf();
    const { lines, deps } = createRecorder({ open: [missingOf(scope)] });

    await closeGaps(deps, chunkOf([rowOf(scope, { ver: 1024n }), rowOf(scope, { ver: 256n })]));

    expect(lines.map((line) => line.split('\t')[6])).toEqual(['1025']);
  });

  it('stay what they are where the connection is closed by now', async () => {
    const [scope, gone] = [scopeOf(), scopeOf()];
    const open = [missingOf(scope), missingOf(gone)];
    const { lines, deps } = createRecorder({ open, closed: [gone] });

    await closeGaps(deps, chunkOf([rowOf(scope), rowOf(gone)]));

    expect(lines.map((line) => line.split('\t')[0])).toEqual([scope.shopKey]);
  });
});

describe('gaps that the chunk has written', () => {
  it('whose rows came earlier have their days rolled, then the revision raised, then are closed', async () => {
    const scope = scopeOf();
    const open = [missingOf(scope), missingOf(scope, { entityId: '2' })];
    const arrived = [
      rowOf(scope),
      rowOf(scope, { entityId: '2', ver: 256n, days: ['2026-03-03'] }),
    ];
    const { steps, lines, rolled, deps } = createRecorder({ open, arrived });

    await closeGaps(deps, chunkOf([], open));

    expect(steps).toEqual([
      ...['look for 2 of order', 'look for rows of 2', 'roll', 'raise', 'insert gaps', 'raise'],
    ]);
    const bucket = { ...scope, localDate: '2026-03-02' };
    expect(rolled).toEqual([{ order: [bucket], settlement: [], finance: [] }]);
    expect(lines).toEqual([`${scope.shopKey}\t1\torder\t1\t100\t200\t513\t1\n`]);
  });

  it('have the days of a statement rolled and those of the orders that its lines speak of', async () => {
    const scope = scopeOf();
    const arrived = [rowOf(scope, { days: ['2026-03-09'], orderDays: ['2026-03-02'] })];
    const { rolled, deps } = createRecorder({ open: [missingOf(scope)], arrived });

    await closeGaps(deps, chunkOf([], [missingOf(scope)], 'transaction'));

    expect(rolled).toEqual([
      {
        order: [],
        settlement: [{ ...scope, localDate: '2026-03-02' }],
        finance: [{ ...scope, localDate: '2026-03-09' }],
      },
    ]);
  });

  it('need no pass for kinds that no rollup is made of', async () => {
    const scope = scopeOf();
    const open = [missingOf(scope)];
    const { steps, deps } = createRecorder({ open, arrived: [rowOf(scope, { days: [] })] });

    await closeGaps(deps, chunkOf([], open, 'payment'));

    expect(steps).toEqual([
      ...['look for 1 of payment', 'look for rows of 1', 'raise', 'insert gaps', 'raise'],
    ]);
  });

  it('are looked for no further where they are closed, or no row has come', async () => {
    const scope = scopeOf();
    const none = createRecorder({ open: [missingOf(scope)] });
    const closed = createRecorder({ open: [], arrived: [rowOf(scope)] });

    await closeGaps(none.deps, chunkOf([], [missingOf(scope)]));
    await closeGaps(closed.deps, chunkOf([], [missingOf(scope)]));

    expect(none.steps).toEqual(['look for 1 of order', 'look for rows of 1']);
    expect(closed.steps).toEqual(['look for 1 of order']);
  });

  it('are asked no rows for where the chunk itself has one that is as new', async () => {
    const scope = scopeOf();
    const later = missingOf(scope, { entityId: '2', ver: 1024n });
    const { steps, lines, deps } = createRecorder({ open: [missingOf(scope), later] });

    await closeGaps(
      deps,
      chunkOf([rowOf(scope), rowOf(scope, { entityId: '2' })], [missingOf(scope), later]),
    );

    expect(steps).toEqual([
      ...['look for 2 of order', 'insert gaps', 'raise'],
      ...['look for 1 of order', 'look for rows of 1'],
    ]);
    expect(lines).toHaveLength(1);
  });
});
