import { describe, expect, it } from '@jest/globals';
import type { InMessage } from '@tokometrics/kit';
import { aShopKey } from '@tokometrics/testkit';
import {
  estimateFactOf,
  factMessage,
  markerMessage,
  orderFactOf,
  refundFactOf,
} from '../adapters/facts.test-support.ts';
import { createFactValidators } from '../adapters/fact-validators.ts';
import { prepareChunk } from './prepare-chunk.ts';
import { storeChunk } from './store-chunk.ts';
import { createRecorder, store, stepsOf, tenant, NOBODY } from './store-recorder.test-support.ts';

const at = '2026-03-02T05:00:00Z';
const order = (id: string, createdAt = at) =>
  orderFactOf('Asia/Jakarta', {
    ...{ id, createdAt },
    paidAt: createdAt,
    lines: [{ product: 'P1', price: '5' }],
  });

const validators = createFactValidators();

describe('storeChunk', () => {
  it('writes base rows, then rollups, then the revision, then completeness', async () => {
    const shop = tenant();
    const recorder = createRecorder();

    await store(recorder, [
      markerMessage(shop, { through: 9 }),
      factMessage(shop, 'order', '1', order('1')),
    ]);

    expect(stepsOf(recorder)).toEqual(['insert orders', 'reroll', 'revision 1', 'complete 1']);
  });

  it('notes the buckets that it touched, and the generation in which its records were read', async () => {
    const shop = tenant();
    const recorder = createRecorder();
    const messages = [
      factMessage(shop, 'order', '1', order('1')),
      factMessage(shop, 'order', '2', order('2', '2026-03-09T05:00:00Z')),
    ];
    const read = { isFenced: () => false, validators, cutoff: () => '2026-01-01' };

    const { finish } = await storeChunk(recorder.deps, await prepareChunk(read, messages), () => 7);
    await finish({ isFollowed: () => false, turn: () => Promise.resolve() });

    expect(recorder.counts).toMatchObject([{ consumed: 2, dirty: 2, generation: 7 }]);
  });

  it('says whether the warehouse was asked to take anything', async () => {
    const [shop, gone] = [tenant(), tenant()];
    const rows = [factMessage(shop, 'order', '1', order('1'))];
    const isFenced = (shopKey: string): boolean => shopKey === gone.shopKey;
    const isStored = async (messages: readonly InMessage[]) => {
      const read = { isFenced, validators, cutoff: () => '2026-01-01' };
      return (await storeChunk(createRecorder().deps, await prepareChunk(read, messages))).isStored;
    };
    const unreadable = { ...factMessage(shop, 'order', '2', order('2')), value: Buffer.from('{') };

    expect(await isStored(rows)).toBe(true);
    expect(await isStored([markerMessage(shop, { through: 9 })])).toBe(false);
    expect(await isStored([unreadable])).toBe(false);
    expect(await isStored([factMessage(gone, 'order', '1', order('1'))])).toBe(false);
    expect(await isStored([...rows, markerMessage(shop, { through: 9 })])).toBe(true);
  });

  it('writes settlements of orders before the lines of statements that they are of', async () => {
    const recorder = createRecorder();
    const shop = tenant();
    const refund = { id: '2', statement: 'S1', at, refund: '5', orderId: '1', orderCreatedAt: at };
    const ofOrder = refundFactOf(shop.zone, refund);
    const bare = { ...ofOrder, transactionId: '1', orderId: '', orderLocalDate: null };

    await store(recorder, [
      factMessage(shop, 'transaction', '1', bare),
      factMessage(shop, 'transaction', '2', ofOrder),
    ]);

    expect(stepsOf(recorder).slice(0, 2)).toEqual([
      'insert order_settlements',
      'insert finance_transactions',
    ]);
  });

  it('lets the next chunk begin once its own rows are there, before the rollups', async () => {
    const recorder = createRecorder();

    await store(recorder, [factMessage(tenant(), 'order', '1', order('1'))]);

    expect(recorder.steps.slice(0, 3)).toEqual(['insert orders', 'next', 'reroll']);
  });

  it('shares the pass over the rollups with a chunk that is at hand', async () => {
    const recorder = createRecorder();
    const messages = [factMessage(tenant(), 'order', '1', order('1'))];

    await store(recorder, messages, () => false, undefined, true);

    expect(recorder.steps).toContain('reroll with the next');
  });

  it('calls nothing complete while a chunk before it is not stored', async () => {
    const shop = tenant();
    const recorder = createRecorder();
    const before = Promise.withResolvers<undefined>();

    const storing = store(
      recorder,
      [factMessage(shop, 'order', '1', order('1')), markerMessage(shop, { through: 9 })],
      () => false,
      before.promise,
    );
    await new Promise((resolve) => setImmediate(resolve));
    const meanwhile = stepsOf(recorder);
    before.resolve(undefined);
    await storing;

    expect(meanwhile).toEqual(['insert orders', 'reroll', 'revision 1']);
    expect(stepsOf(recorder).at(-1)).toBe('complete 1');
  });

  it('calls nothing complete behind a chunk that never will be stored', async () => {
    const recorder = createRecorder();
    const messages = [markerMessage(tenant(), { through: 9 })];
    const gone = Promise.reject<undefined>(new Error('given up'));

    await expect(store(recorder, messages, () => false, gone)).rejects.toThrow('given up');

    expect(stepsOf(recorder)).toEqual([]);
    expect(recorder.counts).toEqual([]);
  });

  it('notes a sweep behind its rows and before completeness, and only where a marker ends one', async () => {
    const shop = tenant();
    const recorder = createRecorder();
    const ofEstimates = { resource: 'unsettled', axis: 'update', through: 9 } as const;

    await store(recorder, [
      markerMessage(shop, { ...ofEstimates, sweep: '7' }),
      markerMessage(shop, { ...ofEstimates, axis: 'create' }),
      factMessage(shop, 'unsettled', '1', estimateFactOf('Asia/Jakarta', '1')),
    ]);

    expect(stepsOf(recorder)).toEqual([
      ...['insert unsettled', 'reroll', 'revision 1'],
      // Whoever was told before of what it has settled is not to be told again.
      ...['insert sweeps', 'revision 1', 'complete 2'],
    ]);
    expect(recorder.written.at(-1)).toBe(`${shop.shopKey}\t1\tunsettled\t9\t1792\n`);
  });

  it('gives every record one fate: the counts add up to what came in', async () => {
    const [open, gone, late] = [tenant(), tenant(), tenant()];
    const recorder = createRecorder(new Set([late.shopKey]));
    const good = factMessage(open, 'order', '1', order('1'), 2);
    const broken = { ...factMessage(open, 'order', '9', order('9')), value: Buffer.from('{') };

    const { parked } = await store(
      recorder,
      [
        good,
        { ...good, offset: '900' },
        factMessage(open, 'order', '1', order('1'), 1),
        factMessage(open, 'order', '2', order('2', '2025-01-01T00:00:00Z')),
        factMessage(gone, 'order', '3', order('3')),
        factMessage(late, 'order', '4', order('4')),
        markerMessage(open, { through: 9 }),
        broken,
      ],
      (shopKey) => shopKey === gone.shopKey,
    );

    expect(parked.map(({ reason }) => reason)).toEqual(['schema']);
    expect(recorder.counts).toEqual([
      expect.objectContaining({
        consumed: 8,
        byFate: {
          ...{ stored: 1, duplicate: 1, superseded: 1, expired: 1 },
          ...{ fenced: 2, marker: 1, dlq: 1 },
        },
      }),
    ]);
    expect(recorder.written).toHaveLength(1);
  });

  it('counts what was written while its scope closed as fenced', async () => {
    const [open, closing] = [tenant(), tenant()];
    const recorder = createRecorder(NOBODY, new Set([closing.shopKey]));

    await store(recorder, [
      factMessage(open, 'order', '1', order('1')),
      factMessage(closing, 'order', '2', order('2')),
      markerMessage(closing, { through: 9 }),
    ]);

    expect(recorder.written).toHaveLength(2);
    expect(recorder.counts[0]?.byFate).toMatchObject({ stored: 1, fenced: 2, marker: 0 });
  });

  it('counts a marker as fenced whose connection closed while its chunk waited for figures', async () => {
    const [open, closing] = [tenant(), tenant()];
    const closed = new Set<string>();
    const recorder = createRecorder(closed);
    const before = Promise.withResolvers<undefined>();

    const storing = store(
      recorder,
      [markerMessage(open, { through: 9 }), markerMessage(closing, { through: 9 })],
      () => false,
      before.promise,
    );
    await new Promise((resolve) => setImmediate(resolve));
    closed.add(closing.shopKey);
    before.resolve(undefined);
    await storing;

    expect(stepsOf(recorder)).toEqual(['complete 1']);
    expect(recorder.counts.map(({ byFate }) => byFate)).toEqual([
      expect.objectContaining({ marker: 1, fenced: 1 }),
    ]);
  });

  it('counts a chunk of which nothing may be written', async () => {
    const gone = tenant();
    const recorder = createRecorder();

    await store(recorder, [factMessage(gone, 'order', '1', order('1'))], () => true);

    expect(stepsOf(recorder)).toEqual([]);
    expect(recorder.counts[0]?.byFate.fenced).toBe(1);
  });

  it('parks a record that gives one version two contents', async () => {
    const shop = tenant();
    const recorder = createRecorder();

    const { parked } = await store(recorder, [
      factMessage(shop, 'order', '1', order('1'), 3),
      factMessage(shop, 'order', '1', { ...order('1'), status: 'OTHER' }, 3),
    ]);

    expect(parked.map(({ reason }) => reason)).toEqual(['ver_conflict']);
    expect(recorder.written).toHaveLength(1);
  });

  it.each([
    ['another tenant than its headers', 'scope', { shopkey: aShopKey() }],
    [
      'lines of unequal length',
      'schema',
      { data: { ...order('1'), lines: { ...order('1').lines, lineId: [] } } },
    ],
    ['money as a number', 'schema', { data: { ...order('1'), totalAmount: 5 } }],
    ['a date that is none', 'schema', { data: { ...order('1'), localDate: '2026-3-1' } }],
  ])('parks a body with %s', async (_what, reason, change) => {
    const recorder = createRecorder();
    const message = factMessage(tenant(), 'order', '1', order('1'));
    const body: unknown = JSON.parse(String(message.value));
    const value = Buffer.from(JSON.stringify({ ...(body as object), ...change }));

    const { parked } = await store(recorder, [{ ...message, value }]);

    expect(parked.map((item) => item.reason)).toEqual([reason]);
    // Of a record that is its tenant's own, that it is missing is all that is written.
    const isNamed = reason !== 'scope';
    const inserts = stepsOf(recorder).filter((step) => step.startsWith('insert'));
    expect(inserts).toEqual(isNamed ? ['insert gaps'] : []);
    expect(recorder.written).toHaveLength(isNamed ? 1 : 0);
  });

  it('parks what has no scope or no known type', async () => {
    const recorder = createRecorder();
    const message = factMessage(tenant(), 'order', '1', order('1'));

    const { parked } = await store(recorder, [
      { ...message, headers: {} },
      { ...message, headers: { ...message.headers, ce_type: 'com.tokometrics.other.v1' } },
    ]);

    expect(parked.map(({ reason }) => reason)).toEqual(['unscoped', 'unknown_type']);
  });
});
