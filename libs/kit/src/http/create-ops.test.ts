import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMetrics } from '../metrics.ts';
import { createOps, type OpsOptions } from './create-ops.ts';

describe('the ops port', () => {
  const running: { stop(): Promise<void> }[] = [];

  afterEach(async () => {
    await Promise.all(running.splice(0).map((ops) => ops.stop()));
  });

  async function start(checks: Partial<OpsOptions['checks']> = {}) {
    const metrics = createMetrics({ service: 'probe', runtime: false });
    metrics.counter({ name: 'things_total', help: 'Things' }).inc(3);
    const ops = createOps({
      host: '127.0.0.1',
      port: 0,
      metrics,
      checks: { ready: {}, started: () => true, ...checks },
    });
    await ops.start();
    running.push(ops);
    const { port } = ops.address();
    return (path: string, init: RequestInit = {}) =>
      fetch(`http://127.0.0.1:${String(port)}${path}`, init);
  }

  it('shows metrics in the text format', async () => {
    const get = await start();

    const response = await get('/metrics');

    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(await response.text()).toContain('tokometrics_probe_things_total 3');
  });

  it('keeps the three questions apart', async () => {
    const get = await start({
      ready: { store: () => true, keys: () => false, log: () => Promise.resolve(false) },
      started: () => Promise.resolve(false),
    });

    expect((await get('/livez')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(503);
    expect((await get('/startupz')).status).toBe(503);
    expect(await (await get('/readyz')).json()).toEqual({
      status: 'failing',
      failing: ['keys', 'log'],
    });
  });

  it('is not alive when its own check says so', async () => {
    const get = await start({ live: () => false });

    expect((await get('/livez')).status).toBe(503);
  });

  it('takes a check that throws or hangs as failed', async () => {
    const get = await start({
      ready: { store: () => Promise.reject(new Error('canary')) },
      started: () => new Promise(() => undefined),
    });

    const thrown = await get('/readyz');

    expect(thrown.status).toBe(503);
    expect(await thrown.text()).not.toContain('canary');
    expect((await get('/startupz')).status).toBe(503);
  });

  it('looks at dependencies once for many probes, and soon again when they failed', async () => {
    let looks = 0;
    let isWell = false;
    const get = await start({
      ready: {
        store: async () => {
          looks += 1;
          await delay(20);
          return isWell;
        },
      },
    });

    await Promise.all([get('/readyz'), get('/readyz'), get('/readyz')]);
    expect(looks).toBe(1);
    isWell = true;
    await delay(300);
    expect((await get('/readyz')).status).toBe(200);
    expect((await get('/readyz')).status).toBe(200);
    expect(looks).toBe(2);
  });

  it('answers pages of the service beside them, and says when one cannot be read', async () => {
    const ops = createOps({
      ...{ host: '127.0.0.1', port: 0, checks: { ready: {}, started: () => true } },
      metrics: createMetrics({ service: 'probe', runtime: false }),
      pages: {
        '/audit': () => Promise.resolve({ differing: 0 }),
        '/broken': () => Promise.reject(new Error('canary')),
      },
    });
    await ops.start();
    running.push(ops);
    const get = (path: string) => fetch(`http://127.0.0.1:${String(ops.address().port)}${path}`);

    expect(await (await get('/audit')).json()).toEqual({ differing: 0 });
    const broken = await get('/broken');
    expect([broken.status, await broken.text()]).toEqual([500, '']);
  });

  it('has nothing else', async () => {
    const get = await start();

    expect((await get('/')).status).toBe(404);
    expect((await get('/livez', { method: 'POST' })).status).toBe(405);
    expect(await (await get('/livez', { method: 'HEAD' })).text()).toBe('');
  });

  it('shows a failed collector as a failed scrape', async () => {
    const metrics = createMetrics({ service: 'probe', runtime: false });
    metrics.gauge({ name: 'x', help: 'X', collect: () => Promise.reject(new Error('no')) });
    const checks = { ready: {}, started: () => true };
    const ops = createOps({ host: '127.0.0.1', port: 0, metrics, checks });
    await ops.start();
    running.push(ops);

    const response = await fetch(`http://127.0.0.1:${String(ops.address().port)}/metrics`);

    expect(response.status).toBe(500);
  });
});
