import { describe, expect, it } from '@jest/globals';
import { createMetrics } from '@tokometrics/kit';
import { aShopKey, createMemoryLog } from '@tokometrics/testkit';
import { reportAudits, showAudits } from './metrics.ts';

const metricsOf = () => createMetrics({ service: 'analytics-test', runtime: false });

describe('what an audit found', () => {
  it('is told one by one by whoever did it', async () => {
    const metrics = metricsOf();
    const { log, lines } = createMemoryLog();
    const chunk = { topic: 'facts', partition: 1, minOffset: '5', maxOffset: '9' };
    const bucket = { shopKey: aShopKey(), epoch: 1, localDate: '2026-11-30' };
    const report = reportAudits(metrics, log);

    report({
      ...{ slices: 3, repaired: 2, differing: [{ ...bucket, rollup: 'shop_daily' }], failed: 1 },
      doubtful: [
        { doubt: 'other_content', ...chunk },
        { doubt: 'other_content', ...chunk, partition: 2 },
      ],
    });

    expect(await metrics.text()).toMatch(/audit_repaired_buckets_total(\{[^}]*\})? 2$/m);
    expect(lines().filter(({ doubt }) => doubt === 'other_content')).toMatchObject([
      { ...chunk },
      { ...chunk, partition: 2 },
    ]);
    expect(lines().at(-1)).toMatchObject({
      ...{ slices: 3, repaired: 2, differing: 1, doubtful: 2, failed: 1 },
    });
  });

  it('is shown by every instance, until the next one is done', async () => {
    const metrics = metricsOf();
    const show = showAudits(metrics);
    const counts = { slices: 3, repaired: 2, differing: 1, doubtful: 2, failed: 4 };
    const startedAt = new Date('2026-12-01T02:00:00Z');

    show({ ...counts, startedAt, finishedAt: new Date('2026-12-01T02:00:10Z') });
    show({ ...counts, differing: 9, startedAt, finishedAt: null });

    const text = await metrics.text();
    expect(text).toMatch(/audit_differing_buckets(\{[^}]*\})? 1$/m);
    expect(text).toMatch(/audit_doubtful_chunks(\{[^}]*\})? 2$/m);
    expect(text).toMatch(/audit_failed_parts(\{[^}]*\})? 4$/m);
    expect(text).toMatch(/audit_finished_timestamp_seconds(\{[^}]*\})? 1796090410$/m);
  });
});
