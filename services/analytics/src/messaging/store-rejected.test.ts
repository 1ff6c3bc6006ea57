import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import {
  factMessage,
  gapMessage,
  markerMessage,
  orderFactOf,
} from '../adapters/facts.test-support.ts';
import type { ChunkEntities, Versions } from '../domain/chunk-entities.ts';
import type { ChunkCounts } from '../domain/chunk-counts.ts';
import type { Raised } from '../domain/completeness.ts';
import { createFactValidators } from '../adapters/fact-validators.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import type { StoreDeps } from './store-chunk.ts';
import { storeRejected } from './store-rejected.ts';

const NONE: ReadonlySet<string> = new Set();
const tenantOf = () => ({ shopKey: aShopKey(), epoch: 1, zone: 'Asia/Jakarta' });
const at = '2026-03-02T05:00:00Z';
const orderOf = (tenant: ReturnType<typeof tenantOf>, id = '1') => {
  const spec = { id, createdAt: at, paidAt: at, lines: [{ product: 'P1', price: '5' }] };
  return factMessage(tenant, 'order', id, orderFactOf(tenant.zone, spec));
};
const control = { isFollowed: () => false, turn: () => Promise.resolve() };

function createRecorder(closed = NONE) {
  const steps: string[] = [];
  const shown: string[][] = [];
  const counts: ChunkCounts[] = [];
  const isOpen = ({ shopKey }: { readonly shopKey: string }) => !closed.has(shopKey);
  const done = (step: string): Promise<void> => {
    steps.push(step);
    return Promise.resolve();
  };
  const deps = {
    validators: createFactValidators(),
    guardedChunk: async (...[scopes, write]: Parameters<StoreDeps['guardedChunk']>) => {
      await write(scopes.filter(isOpen));
      return { fenced: scopes.filter((scope) => !isOpen(scope)) };
    },
    insert: (table: string, lines: readonly string[]) =>
      done(`insert ${table} ${String(lines.length)}`),
    reroll: () => done('reroll'),
    raiseRevision: async (raised: readonly Raised[]) => {
      const gapped = raised.filter(({ isGapped }) => isGapped === true);
      await done(
        `raise ${raised.map((one) => (gapped.includes(one) ? 'gapped' : 'whole')).join()}`,
      );
      return gapped;
    },
    closeGaps: async ({ rows, gaps }: ChunkEntities) => {
      const said = (kinds: readonly Versions[]) =>
        kinds.map(({ resource, entities }) => `${resource} ${String(entities.length)}`).join();
      await done(`close behind rows ${said(rows)} gaps ${said(gaps)}`);
    },
    patience: {
      followed: { longestMs: 0, nextMs: 0 },
      alone: { longestMs: 0, nextMs: 0 },
    },
    noteChunk: (noted: readonly ChunkCounts[]) => {
      counts.push(...noted);
      return done('counts');
    },
    complete: () => done('complete'),
    invalidate: (shopKey: string, resources: readonly string[], days: readonly string[]) => {
      steps.push('invalidate');
      shown.push([shopKey, ...resources, ...days]);
    },
  };
  return { steps, counts, shown, deps };
}

describe('records that the store refuses one by one', () => {
  it('are noted as missing, and then counted', async () => {
    const tenant = tenantOf();
    const { steps, counts, shown, deps } = createRecorder();

    const finish = storeRejected(deps, [
      { message: orderOf(tenant), reason: 'range' },
      { message: orderOf(tenant, '2'), reason: 'range' },
    ]);
    expect(steps).toEqual([]);
    await finish(control);

    expect(steps).toEqual([
      ...['insert gaps 2', 'raise gapped', 'close behind rows  gaps order 2'],
      ...['invalidate', 'counts'],
    ]);
    expect(shown).toEqual([[tenant.shopKey, 'order']]);
    expect(counts.map(({ byFate }) => byFate.dlq)).toEqual([2]);
  });

  it('are missed by nobody whose connection is closed', async () => {
    const tenant = tenantOf();
    const { steps, shown, deps } = createRecorder(new Set([tenant.shopKey]));

    await storeRejected(deps, [{ message: orderOf(tenant), reason: 'range' }])(control);

    expect(steps.filter((step) => step.startsWith('insert'))).toEqual([]);
    expect(shown).toEqual([]);
  });

  it('are missed where they are gaps themselves: what they tell of is noted until the store takes it', async () => {
    const { steps, counts, deps } = createRecorder();
    const message = gapMessage(tenantOf(), { resource: 'order', entityId: '7' });

    await storeRejected(deps, [{ message, reason: 'internal' }])(control);

    expect(steps.slice(0, 3)).toEqual([
      ...['insert gaps 1', 'raise gapped', 'close behind rows  gaps order 1'],
    ]);
    expect(counts.map(({ byFate }) => byFate.dlq)).toEqual([1]);
  });

  it('are counted alone where they name nothing', async () => {
    const { steps, counts, deps } = createRecorder();
    const message = { ...orderOf(tenantOf()), value: Buffer.from('{') };

    await storeRejected(deps, [{ message, reason: 'schema' }])(control);

    expect(steps.filter((step) => step.startsWith('insert'))).toEqual([]);
    expect(counts.map(({ byFate }) => byFate.dlq)).toEqual([1]);
  });
});

describe('a chunk of which a fact is refused', () => {
  it('notes what is missing before it calls anything complete', async () => {
    const tenant = tenantOf();
    const { steps, deps } = createRecorder();
    const good = orderOf(tenant);
    const envelope: unknown = JSON.parse(String(orderOf(tenant, '2').value));
    const type = 'com.tokometrics.order.snapshot.v2';
    const value = Buffer.from(JSON.stringify(Object.assign(envelope ?? {}, { type })));
    const prepared = await prepareChunk(
      {
        isFenced: () => false,
        validators: createFactValidators(),
        cutoff: () => '2026-01-01',
      },
      [good, { ...good, value }, markerMessage(tenant, { through: 9 })],
    );

    const { parked, finish } = await storeChunk(deps, prepared);
    await finish(control);

    expect(parked).toHaveLength(1);
    expect(steps).toEqual([
      ...['insert orders 1', 'insert gaps 1', 'reroll', 'raise gapped'],
      ...['close behind rows order 1 gaps order 1', 'complete', 'invalidate', 'counts'],
    ]);
  });
});
