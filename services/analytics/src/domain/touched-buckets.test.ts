import { describe, expect, it } from '@jest/globals';
import { aShopKey } from '@tokometrics/testkit';
import type { Rollup } from './read-fact.ts';
import { touchedBy } from './touched-buckets.ts';

const shopKey = aShopKey();
const bucketOf = (localDate: string, epoch = 1) => ({ shopKey, epoch, localDate });
const touching = (rollup: Rollup, localDate: string, epoch = 1) => ({
  ...{ rollup, bucket: bucketOf(localDate, epoch) },
});
const at = (partition: number, topic = 'facts') => ({ topic, partition });

describe('touchedBy', () => {
  const first = [touching('order', '2026-03-01')];
  const touched = touchedBy([
    { message: at(0), fact: { dirty: first } },
    { message: at(0), fact: { dirty: [...first, touching('order', '2026-03-02')] } },
    { message: at(0), fact: { dirty: [touching('finance', '2026-03-02')] } },
    { message: at(0), fact: { dirty: [touching('settlement', '2026-03-01')] } },
    { message: at(1), fact: { dirty: [touching('order', '2026-03-02', 2)] } },
    { message: at(1), fact: { dirty: first } },
    { message: at(1), fact: { dirty: first } },
  ]);

  it('tells each bucket once, by kind of rollup, day and connection', () => {
    expect(touched.dirty).toEqual({
      order: [bucketOf('2026-03-01'), bucketOf('2026-03-02'), bucketOf('2026-03-02', 2)],
      settlement: [bucketOf('2026-03-01')],
      finance: [bucketOf('2026-03-02')],
    });
  });

  it('counts a bucket for every partition whose facts touch it', () => {
    expect(touched.countOf(at(0))).toBe(4);
    expect(touched.countOf(at(1))).toBe(2);
    expect(touched.countOf(at(2))).toBe(0);
    expect(touched.countOf(at(0, 'others'))).toBe(0);
  });
});
