import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tokometrics/testkit';
import {
  connect,
  openSandbox,
  type OpenOptions,
  type OpenSandbox,
} from './sandbox.test-support.ts';

const open: OpenSandbox[] = [];
async function start(options?: OpenOptions): Promise<OpenSandbox> {
  const sandbox = await openSandbox(options);
  open.push(sandbox);
  return sandbox;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.stop()));
});

const search = { query: { page_size: '100' }, body: {} };

describe('a restart', () => {
  it('changes nothing: clock, grants, modes, added orders and what is served', async () => {
    const before = await start();
    await before.control.post('/control/clock', { advance_s: 90_000 });
    await before.control.post('/control/modes', { unknown_fields: false, rate_limit_rps: 500 });
    await before.control.post('/control/shops/id/orders');
    await before.control.post('/control/shops/us/orders');
    await before.control.post('/control/modes', { orders_factor: 4 });
    await before.control.post('/control/clock', { advance_s: 9_000 });
    const shop = await connect(before, 'synthetic');
    const orders = await shop.all('/order/202309/orders/search', 'orders', search);
    const state = await before.control.get('/control/state');
    await before.stop();

    const after = await start({ dir: before.dir, now: '2026-11-30T00:00:00Z' });
    const again = await after.control.get('/control/state');
    const pages = [];
    let next: string | undefined;
    do {
      const { body } = await after.call('/order/202309/orders/search', {
        ...search,
        token: shop.accessToken,
        query: {
          page_size: '100',
          shop_cipher: shop.cipher,
          ...(next === undefined ? {} : { page_token: next }),
        },
      });
      pages.push(...((body.data?.['orders'] ?? []) as unknown[]));
      next = body.data?.['next_page_token'] as string | undefined;
    } while (next !== undefined && next !== '');

    expect(again).toEqual({ ...state, calls: again['calls'] });
    expect(pages).toEqual(orders);
  });

  it('takes a changed factor on orders from then on, and leaves what was shown', async () => {
    const before = await start();
    const idsOf = async (sandbox: OpenSandbox, until: number): Promise<unknown[]> => {
      const shop = await connect(sandbox, 'synthetic');
      const body = { create_time_lt: until };
      const orders = await shop.all('/order/202309/orders/search', 'orders', { ...search, body });
      return orders.map(({ id }) => id);
    };
    const now = await before.control.nowS();
    const shown = await idsOf(before, now + 1);
    await before.stop();

    const after = await start({ dir: before.dir, env: { ORDERS_FACTOR: '6' } });
    await after.control.post('/control/clock', { advance_s: 43_200 });

    expect(await after.control.get('/control/state')).toMatchObject({ modes: { ordersFactor: 6 } });
    expect(await idsOf(after, now + 1)).toEqual(shown);
    expect((await idsOf(after, now + 43_200)).length - shown.length).toBeGreaterThan(90);
  });

  it('reads a state that was kept before orders had a rate', async () => {
    const before = await start();
    await connect(before, 'synthetic');
    await before.stop();
    const path = join(before.dir, 'sandbox-state.json');
    const { orderRates: _rates, ...state } = JSON.parse(readFileSync(path, 'utf8')) as {
      orderRates: unknown;
      modes: { ordersFactor?: number };
      configured: { ordersFactor?: number };
    };
    delete state.modes.ordersFactor;
    delete state.configured.ordersFactor;
    writeFileSync(path, JSON.stringify(state));

    const after = await start({ dir: before.dir });

    expect(await after.control.get('/control/state')).toMatchObject({
      modes: { ordersFactor: 1 },
      grants: [{ seller: 'synthetic' }],
    });
  });

  it('takes a changed environment over the kept settings', async () => {
    const before = await start({ env: { WEBHOOK_URL: 'http://127.0.0.1:9/one' } });
    await before.control.post('/control/webhooks', { url: 'http://127.0.0.1:9/two' });
    await before.stop();
    const urlOf = async (url: string): Promise<unknown> => {
      const sandbox = await start({ dir: before.dir, env: { WEBHOOK_URL: url } });
      const { url: kept } = await sandbox.control.get('/control/webhooks');
      await sandbox.stop();
      return kept;
    };

    expect(await urlOf('http://127.0.0.1:9/one')).toBe('http://127.0.0.1:9/two');
    expect(await urlOf('http://127.0.0.1:9/three')).toBe('http://127.0.0.1:9/three');
  });
});

describe('a reset', () => {
  it('forgets grants, orders and modes and seeds at the present', async () => {
    const sandbox = await start();
    const shop = await connect(sandbox, 'synthetic');
    await sandbox.control.post('/control/shops/id/orders');
    await sandbox.control.post('/control/modes', { status: 'always-200' });
    await sandbox.control.post('/control/faults', { kind: 'internal' });

    await sandbox.control.post('/control/reset');

    const state = await sandbox.control.get('/control/state');
    expect(state).toMatchObject({
      grants: [],
      faults: [],
      modes: { status: 'documented' },
      calls: { total: 0 },
    });
    const { body } = await sandbox.call('/authorization/202309/shops', {
      token: shop.accessToken,
    });
    expect(body.code).toBe(36_009_004);
  });
});

describe('the control API', () => {
  it('runs the clock faster and stops it again', async () => {
    const sandbox = await start();
    const began = await sandbox.control.nowS();

    await sandbox.control.post('/control/clock', { rate: 36_000 });
    await eventually(async () => {
      expect(await sandbox.control.nowS()).toBeGreaterThan(began + 3_600);
    });
    await sandbox.control.post('/control/clock', { stop: true });
    const stopped = await sandbox.control.get('/control/clock');

    expect(stopped).toMatchObject({ rate: 0 });
    expect(await sandbox.control.get('/control/clock')).toEqual(stopped);
  });

  it('knows all shops, and which of them are invented', async () => {
    const { shops } = await (await start()).control.get('/control/state');

    expect(shops).toMatchObject([
      {
        key: 'retail',
        currency: 'GBP',
        zone: 'Europe/London',
        data: expect.stringMatching(/^real/),
      },
      { key: 'id', currency: 'IDR', zone: 'Asia/Jakarta', data: 'synthetic' },
      { key: 'us', currency: 'USD', zone: 'America/New_York', data: 'synthetic' },
    ]);
  });

  it('adds no order to the shop whose sums are fixed', async () => {
    const sandbox = await start();

    expect(await sandbox.control.post('/control/shops/retail/orders')).toMatchObject({
      status: 409,
    });
  });

  it.each([
    ['/control/clock', { advance_s: -1 }, 400],
    ['/control/clock', { set: '2020-01-01T00:00:00Z' }, 409],
    ['/control/faults', { kind: 'nothing' }, 400],
    ['/control/shops/none/revoke', {}, 404],
    ['/control/nothing', {}, 404],
  ])('refuses %s %j with %i', async (path, body, status) => {
    const sandbox = await start();

    expect((await sandbox.control.post(path, body)).status).toBe(status);
  });

  it('shows no secret and no token', async () => {
    const sandbox = await start();
    const shop = await connect(sandbox);

    const text = JSON.stringify(await sandbox.control.get('/control/state'));

    expect(text).not.toContain(shop.accessToken);
    expect(text).not.toContain(shop.refreshToken);
    expect(text).toContain('synthetic');
  });
});
