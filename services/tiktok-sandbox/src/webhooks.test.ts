import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@tokometrics/testkit';
import {
  APP_KEY,
  APP_SECRET,
  connect,
  openSandbox,
  type OpenOptions,
} from './sandbox.test-support.ts';

interface Received {
  readonly at: number;
  readonly signature: string | undefined;
  readonly text: string;
  readonly body: {
    type: number;
    tts_notification_id: string;
    shop_id: string;
    timestamp: number;
    data: Record<string, unknown>;
  };
}

const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) {
    await stop();
  }
});

/** An app that answers with the given statuses in turn, the last one for ever. */
async function receiver(...statuses: number[]): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      received.push({
        at: Date.now(),
        signature: request.headers.authorization,
        text,
        body: JSON.parse(text) as Received['body'],
      });
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 200;
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${String(port)}/v1/webhooks/tiktok`, received };
}

async function open(url: string, options: OpenOptions = {}) {
  const sandbox = await openSandbox({ ...options, env: { WEBHOOK_URL: url, ...options.env } });
  stops.push(() => sandbox.stop());
  return sandbox;
}

const HOUR_S = 3_600;
const SYNTHETIC_SHOPS = ['7495000000000000062', '7495000000000000001'];

describe('webhooks', () => {
  it('tell of every status that orders of a granted shop reach, signed', async () => {
    const app = await receiver(200);
    const sandbox = await open(app.url);
    await connect(sandbox, 'synthetic');

    await sandbox.control.post('/control/clock', { advance_s: 2 * HOUR_S });

    await eventually(() => {
      expect(app.received.filter(({ body }) => body.type === 1).length).toBeGreaterThan(5);
    });
    for (const { body, text, signature } of app.received) {
      expect(signature).toBe(
        createHmac('sha256', APP_SECRET)
          .update(APP_KEY + text)
          .digest('hex'),
      );
      expect(SYNTHETIC_SHOPS).toContain(body.shop_id);
      expect(body.tts_notification_id).toMatch(/^\d{19}$/);
      expect(body.timestamp).toBe(await sandbox.control.nowS());
    }
    const changes = app.received.filter(({ body }) => body.type === 1);
    expect(new Set(changes.map(({ body }) => body.shop_id)).size).toBe(2);
    const seen = new Set(changes.map(({ body }) => body.data['order_status']));
    expect(seen.has('ON_HOLD') && seen.has('AWAITING_SHIPMENT')).toBe(true);
    expect(Object.keys(changes[0]?.body.data ?? {})).toEqual([
      'is_on_hold_order',
      'order_id',
      'order_status',
      'update_time',
    ]);
  });

  it('do not speak of shops that no grant holds', async () => {
    const app = await receiver(200);
    const sandbox = await open(app.url);

    await sandbox.control.post('/control/clock', { advance_s: 24 * HOUR_S });
    await connect(sandbox, 'retail');
    await sandbox.control.post('/control/shops/retail/revoke');

    await eventually(() => {
      expect(app.received.map(({ body }) => [body.type, body.shop_id])).toEqual([
        [6, '7495000000000000352'],
      ]);
    });
    expect(app.received[0]?.body.data).toEqual({
      message: 'Shop_id 7495000000000000352 is deauthorized from your APP by merchant.',
    });
  });

  it.each([
    ['id', '062', '40'],
    ['us', '001', '25'],
  ])('carry the one bare product id of "%s" as a number, and others as text', async (...of) => {
    const [key, mark, newest] = of;
    const app = await receiver(200);
    const sandbox = await open(app.url, { now: '2026-11-19T12:00:00Z' });
    await sandbox.control.post('/control/webhooks', { events: [5, 15, 16] });
    await connect(sandbox, 'synthetic');

    await sandbox.control.post('/control/clock', { advance_s: 30 * 24 * HOUR_S });

    const shopId = SYNTHETIC_SHOPS[key === 'id' ? 0 : 1];
    const textOf = (type: number): string =>
      app.received.find(({ body }) => body.type === type && body.shop_id === shopId)?.text ?? '';
    await eventually(() => {
      expect([5, 15, 16].filter((type) => textOf(type) === '')).toEqual([]);
    });
    const product = `1729${mark}00000000${newest}00`;
    expect(textOf(5)).toContain(`"product_id":${product},"status":"PRODUCT_FIRST_PASS_REVIEW"`);
    expect(textOf(16)).toContain(`"product_id":"${product}","product_type":[]`);
    expect(textOf(15)).toMatch(
      new RegExp(`"product_id":"1729${mark}\\d{12}","changed_fields":\\["`),
    );
  });

  it('end with the shop that was revoked, and go on for the other one of its grant', async () => {
    const app = await receiver(200);
    const sandbox = await open(app.url);
    await sandbox.control.post('/control/webhooks', { events: [1, 6] });
    await connect(sandbox, 'synthetic');
    const told = (type: number): string[] =>
      app.received.filter(({ body }) => body.type === type).map(({ body }) => body.shop_id);

    await sandbox.control.post('/control/shops/us/revoke');
    await sandbox.control.post('/control/shops/us/orders');
    await sandbox.control.post('/control/shops/id/orders');

    await eventually(() => {
      expect(told(6)).toEqual(SYNTHETIC_SHOPS.slice(1));
      expect(told(1)).toEqual(SYNTHETIC_SHOPS.slice(0, 1));
    });
  });

  it('warn of each shop of a grant', async () => {
    const app = await receiver(200);
    const sandbox = await open(app.url);
    await sandbox.control.post('/control/webhooks', { events: [7] });
    await connect(sandbox, 'synthetic');

    await sandbox.control.post('/control/clock', { advance_s: 335 * 24 * HOUR_S });

    await eventually(() => {
      expect(app.received.map(({ body }) => body.shop_id)).toEqual(SYNTHETIC_SHOPS);
    });
    for (const { body } of app.received) {
      expect(body.data['message']).toContain(body.shop_id);
      expect(body.data['expiration_time']).toMatch(/^\d{10}$/);
    }
  });

  it('warn 30 days before a grant ends, with its end as text', async () => {
    const app = await receiver(200);
    const sandbox = await open(app.url);
    await sandbox.control.post('/control/webhooks', { events: [7] });
    await connect(sandbox, 'retail');
    const end = (await sandbox.control.nowS()) + 365 * 24 * HOUR_S;

    await sandbox.control.post('/control/clock', { advance_s: 335 * 24 * HOUR_S - 1 });
    await sandbox.control.post('/control/clock', { advance_s: 1 });
    await eventually(() => {
      expect(app.received).toHaveLength(1);
    });
    await sandbox.control.post('/control/clock', { advance_s: 24 * HOUR_S });
    await eventually(() => {
      expect(app.received).toHaveLength(2);
    });

    expect(app.received[0]?.body.data['expiration_time']).toBe(String(end));
  });

  it('come again after 2 min, 30 min, 3 h and 12 h by the scale, and then no more', async () => {
    const app = await receiver(503);
    const sandbox = await open(app.url);
    await sandbox.control.post('/control/webhooks', { events: [6], scale: 1 });
    await connect(sandbox, 'retail');
    await sandbox.control.post('/control/shops/retail/revoke');

    for (const [tries, wait] of [
      [1, 2 * 60],
      [2, 30 * 60],
      [3, 3 * HOUR_S],
      [4, 12 * HOUR_S],
    ] as const) {
      await eventually(() => {
        expect(app.received).toHaveLength(tries);
      });
      await sandbox.control.post('/control/clock', { advance_s: wait - 1 });
      expect(app.received).toHaveLength(tries);
      await sandbox.control.post('/control/clock', { advance_s: 1 });
    }
    await eventually(async () => {
      const { webhooks, queued } = await sandbox.control.get('/control/webhooks');
      expect(queued).toEqual([]);
      expect((webhooks as { what: string }[]).map(({ what }) => what)).toEqual([
        ...Array<string>(5).fill('failed'),
        'dropped',
      ]);
    });
    expect(new Set(app.received.map(({ text }) => text)).size).toBe(1);
  });

  it('are not sent again when the signature was refused', async () => {
    const app = await receiver(401);
    const sandbox = await open(app.url);
    await sandbox.control.post('/control/webhooks', { secret: 'another' });
    await connect(sandbox, 'retail');
    await sandbox.control.post('/control/shops/retail/revoke');

    await eventually(async () => {
      const { webhooks } = await sandbox.control.get('/control/webhooks');
      expect(webhooks).toMatchObject([{ what: 'refused', status: 401 }]);
    });
    const [{ text, signature } = { text: '', signature: '' }] = app.received;
    expect(signature).toBe(
      createHmac('sha256', 'another')
        .update(APP_KEY + text)
        .digest('hex'),
    );
  });

  it.each([
    ['lost', { loss_rate: 1 }, 0],
    ['doubled', { duplicate_rate: 1 }, 2],
  ])('can be %s on purpose', async (what, settings, times) => {
    const app = await receiver(200);
    const sandbox = await open(app.url);
    await sandbox.control.post('/control/webhooks', { events: [1], ...settings });
    await connect(sandbox, 'synthetic');
    await sandbox.control.post('/control/shops/id/orders');

    await eventually(async () => {
      const { webhooks, queued } = await sandbox.control.get('/control/webhooks');
      expect((webhooks as { what: string }[])[0]?.what).toBe(what);
      expect(queued).toEqual([]);
    });
    expect(app.received).toHaveLength(times);
    expect(new Set(app.received.map(({ body }) => body.tts_notification_id)).size).toBe(
      Math.min(1, times),
    );
  });

  it('can come late, and then after younger ones', async () => {
    const app = await receiver(200);
    const sandbox = await open(app.url);
    await connect(sandbox, 'retail');
    await connect(sandbox, 'synthetic');
    await sandbox.control.post('/control/webhooks', { events: [1, 6] });
    await sandbox.control.post('/control/shops/retail/revoke', { webhook: 'late', late_s: 300 });
    await sandbox.control.post('/control/shops/id/orders');
    await eventually(() => {
      expect(app.received.map(({ body }) => body.type)).toEqual([1]);
    });

    await sandbox.control.post('/control/clock', { advance_s: 300 });

    await eventually(() => {
      expect(app.received.some(({ body }) => body.type === 6)).toBe(true);
    });
  });

  it('wait over a restart, with the same text', async () => {
    const app = await receiver(503, 200);
    const first = await openSandbox({ env: { WEBHOOK_URL: app.url } });
    await connect(first, 'retail');
    await first.control.post('/control/webhooks', { scale: 1 });
    await first.control.post('/control/shops/retail/revoke');
    await eventually(() => {
      expect(app.received).toHaveLength(1);
    });
    await first.stop();

    const second = await open(app.url, { dir: first.dir });
    await second.control.post('/control/clock', { advance_s: 120 });

    await eventually(() => {
      expect(app.received).toHaveLength(2);
    });
    expect(app.received[1]?.text).toBe(app.received[0]?.text);
  });
});
