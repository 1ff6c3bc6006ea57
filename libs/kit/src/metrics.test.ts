import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('names metrics after the service and shows known label sets with 0', async () => {
    const metrics = createMetrics({ service: 'tiktok-sandbox', runtime: false });

    const orders = metrics.counter({
      name: 'orders_total',
      help: 'Orders',
      labels: ['result'],
      zero: [{ result: 'stored' }],
    });
    metrics.gauge({ name: 'lag_records', help: 'Lag', labels: ['topic'], zero: [{ topic: 'a' }] });
    orders.inc({ result: 'parked' });

    const text = await metrics.text();
    expect(text).toContain('tokometrics_tiktok_sandbox_orders_total{result="stored"} 0');
    expect(text).toContain('tokometrics_tiktok_sandbox_orders_total{result="parked"} 1');
    expect(text).toContain('tokometrics_tiktok_sandbox_lag_records{topic="a"} 0');
  });

  it('gives the same metric to everyone who asks for one name', async () => {
    const metrics = createMetrics({ service: 'probe', runtime: false });

    metrics.counter({ name: 'a_total', help: 'A' }).inc();
    metrics.counter({ name: 'a_total', help: 'A' }).inc();
    metrics.gauge({ name: 'b', help: 'B' }).set(1);
    metrics.gauge({ name: 'b', help: 'B' }).set(2);
    metrics.histogram({ name: 'c_seconds', help: 'C' }).observe(1);
    metrics.histogram({ name: 'c_seconds', help: 'C' }).observe(1);

    const text = await metrics.text();
    expect(text).toContain('tokometrics_probe_a_total 2');
    expect(text).toContain('tokometrics_probe_b 2');
    expect(text).toContain('tokometrics_probe_c_seconds_count 2');
  });

  it('refuses one name for two kinds', () => {
    const metrics = createMetrics({ service: 'probe', runtime: false });
    metrics.counter({ name: 'a', help: 'A' });

    expect(() => metrics.gauge({ name: 'a', help: 'A' })).toThrow('another kind');
  });

  it('collects a gauge at each scrape and takes own buckets', async () => {
    const metrics = createMetrics({ service: 'probe', runtime: false });
    let scrapes = 0;
    metrics.gauge({
      name: 'scrapes',
      help: 'Scrapes',
      collect: (gauge) => {
        gauge.set((scrapes += 1));
      },
    });
    metrics.histogram({ name: 'd_seconds', help: 'D', buckets: [42] }).observe(1);

    await metrics.text();

    expect(await metrics.text()).toContain('tokometrics_probe_scrapes 2');
    expect(await metrics.text()).toContain('le="42"');
  });

  it('brings the metrics of the process unless told not to', async () => {
    expect(await createMetrics({ service: 'p' }).text()).toContain('process_cpu_seconds_total');
    expect(await createMetrics({ service: 'p', runtime: false }).text()).not.toContain('process_');
  });
});
