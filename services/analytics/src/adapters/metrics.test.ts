import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '@tokometrics/kit';
import { aShopKey, createMemoryLog } from '@tokometrics/testkit';
import { reportAudits } from './metrics.ts';

describe('what an audit found', () => {
  it('is counted by what it is, and told one by one', async () => {
    const metrics = createMetrics({ service: 'analytics-test', runtime: false });
    const { log, lines } = createMemoryLog();
    const clock = { now: () => new Date('2026-12-01T02:00:00Z'), monotonicMs: () => 0 };
    const chunk = { topic: 'facts', partition: 1, minOffset: '5', maxOffset: '9' };
    const bucket = { shopKey: aShopKey(), epoch: 1, localDate: '2026-11-30' };
    const report = reportAudits(metrics, log, clock);

    report({
      ...{ slices: 3, repaired: 2, differing: [{ ...bucket, rollup: 'shop_daily' }] },
      doubtful: [
        { doubt: 'other_content', ...chunk },
        { doubt: 'other_content', ...chunk, partition: 2 },
      ],
    });

    const text = await metrics.text();
    expect(text).toMatch(/audit_doubtful_chunks\{doubt="other_content"[^}]*\} 2$/m);
    expect(text).toMatch(/audit_doubtful_chunks\{doubt="read_twice"[^}]*\} 0$/m);
    expect(text).toMatch(/audit_differing_buckets(\{[^}]*\})? 1$/m);
    expect(lines().filter(({ doubt }) => doubt === 'other_content')).toMatchObject([
      { ...chunk },
      { ...chunk, partition: 2 },
    ]);
    expect(lines().at(-1)).toMatchObject({ slices: 3, repaired: 2, differing: 1, doubtful: 2 });
  });
});
