import { describe, expect, it } from '@jest/globals';
import { factMessage, productFactOf } from '../adapters/facts.test-support.ts';
import { createRecorder, store, tenant } from './store-recorder.test-support.ts';

describe('storeChunk, of prices', () => {
  const product = (day: number, price: string) =>
    productFactOf('Asia/Jakarta', `2026-03-0${String(day)}T05:00:00Z`, [{ id: '21', price }]);
  const pricesIn = (lines: readonly string[]) =>
    lines.flatMap((line) => {
      const cells = line.trimEnd().split('\t');
      return cells.length === 9 ? [[cells[3], cells[5]]] : [];
    });

  it('writes what a product cost on an earlier day too, and counts its record once', async () => {
    const shop = tenant();
    const recorder = createRecorder();

    await store(recorder, [
      factMessage(shop, 'product', '1', product(4, '12'), 3),
      factMessage(shop, 'product', '1', product(2, '10.5'), 1),
      factMessage(shop, 'product', '1', product(3, '11'), 2),
    ]);

    expect(recorder.steps.slice(0, 2)).toEqual(['insert products', 'insert sku_prices']);
    expect(pricesIn(recorder.written).toSorted()).toEqual([
      ['2026-03-02', '10.5'],
      ['2026-03-03', '11'],
      ['2026-03-04', '12'],
    ]);
    expect(recorder.written).toHaveLength(4);
    expect(recorder.counts.map(({ consumed, byFate }) => ({ consumed, ...byFate }))).toEqual([
      expect.objectContaining({ consumed: 3, stored: 1, superseded: 2 }),
    ]);
  });

  it('writes no price of a scope that is closed, nor of a second content of one version', async () => {
    const [open, late] = [tenant(), tenant()];
    const recorder = createRecorder(new Set([late.shopKey]));

    const { parked } = await store(recorder, [
      factMessage(late, 'product', '1', product(2, '10'), 1),
      factMessage(late, 'product', '1', product(3, '11'), 2),
      factMessage(open, 'product', '1', product(2, '10'), 1),
      factMessage(open, 'product', '1', product(3, '11'), 1),
    ]);

    expect(parked.map(({ reason }) => reason)).toEqual(['ver_conflict']);
    expect(pricesIn(recorder.written)).toEqual([['2026-03-02', '10']]);
    expect(recorder.counts[0]?.byFate).toMatchObject({
      fenced: 1,
      superseded: 1,
      stored: 1,
      dlq: 1,
    });
  });
});
