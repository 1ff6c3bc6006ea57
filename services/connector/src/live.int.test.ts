import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tokometrics/testkit';
import { lifecycleOf, readAll, readShop } from './archive.fixture.ts';
import { aPerson, openStage, connect, FIXTURE_APP, FIXTURE_SECRET } from './connector.fixture.ts';
import type { Person, Stage } from './connector.fixture.ts';

const LONG = 240_000;
const HOOK = '/v1/webhooks/tiktok';

let stage: Stage;
let shopKey: string;
let shopId: string;
const person: Person = aPerson();

/** The limiter as it ships; what trades is the synthetic shop, under the real clock. */
const SHIPPED = { TIKTOK_RATE_START: '3', TIKTOK_RATE_CEILING: '20', POLL_INTERVAL_MS: '15000' };

beforeAll(async () => {
  stage = await openStage(import.meta, { isToday: true, env: SHIPPED });
  const state = (await stage.sandbox.control('GET', '/state')) as {
    shops: { key: string; id: string }[];
  };
  shopId = state.shops.find(({ key }) => key === 'id')?.id ?? '';
}, LONG);

afterAll(async () => {
  await stage.stop();
}, LONG);

async function addOrder(): Promise<string> {
  const added = (await stage.sandbox.control('POST', '/shops/id/orders', {})) as {
    order_id: string;
  };
  return added.order_id;
}

async function originsOf(orderId: string): Promise<string[]> {
  const messages = await readAll(stage.place, 'tm.raw.order.v1');
  return messages.flatMap(({ value }) => {
    const { subject, origin } = JSON.parse(value?.toString('utf8') ?? '{}') as Record<
      string,
      string
    >;
    return subject === orderId ? [origin ?? ''] : [];
  });
}

function notice(body: Record<string, unknown>): Promise<Response> {
  const text = JSON.stringify(body);
  const authorization = createHmac('sha256', FIXTURE_SECRET)
    .update(FIXTURE_APP.key)
    .update(text)
    .digest('hex');
  const headers = { 'content-type': 'application/json', authorization };
  return fetch(stage.running.url + HOOK, { method: 'POST', headers, body: text });
}

const metrics = async (): Promise<string> => {
  const response = await fetch(`${stage.running.opsUrl}/metrics`);
  return response.text();
};

describe('a shop that trades', () => {
  it(
    'has its first day written within seconds, at the shipped rate of calls',
    async () => {
      const outcome = await connect(stage.running, stage.sandbox, person, {
        seller: 'synthetic',
        region: 'ID',
        timezone: 'Asia/Jakarta',
      });
      shopKey = outcome.shops[0]?.shopKey ?? '';

      const entries = await eventually(
        async () => {
          const written = await readShop(stage.place, 'tm.raw.order.v1.bf', shopKey);
          expect(written.map(({ kind }) => kind)).toContain('marker');
          return written;
        },
        { timeoutMs: 60_000, everyMs: 100 },
      );

      const { body } = await stage.running.call(person, 'GET', `/v1/shops/${shopKey}`);
      const connectedAt = Date.parse((body as { connectedAt: string }).connectedAt);
      const first = entries.findIndex(({ kind }) => kind === 'marker');
      const [marker] = entries.flatMap((entry) => (entry.kind === 'marker' ? [entry] : []));
      process.stdout.write(
        `first ${String(first)} orders and their marker: ` +
          `${(((marker?.at ?? 0) - connectedAt) / 1000).toFixed(1)} s after the shop was connected\n`,
      );
      expect(first).toBeGreaterThan(0);
    },
    LONG,
  );

  it(
    'shows a new order within one poll, without any notice',
    async () => {
      const orderId = await addOrder();

      await eventually(
        async () => {
          expect(await originsOf(orderId)).toEqual(['live']);
        },
        { timeoutMs: 30_000, everyMs: 500 },
      );
    },
    LONG,
  );

  it(
    'shows it at once when the notice comes, and only once',
    async () => {
      await stage.sandbox.control('POST', '/webhooks', {
        url: stage.running.url + HOOK,
        events: [1],
        duplicate_rate: 1,
      });
      const beganAt = performance.now();

      const orderId = await addOrder();
      await eventually(
        async () => {
          expect((await originsOf(orderId))[0]).toBe('webhook');
        },
        { timeoutMs: 12_000, everyMs: 200 },
      );

      process.stdout.write(
        `a notice brought its order in ${((performance.now() - beganAt) / 1000).toFixed(1)} s\n`,
      );
      await eventually(
        async () => {
          expect(await metrics()).toMatch(/webhooks_total\{outcome="(repeated|accepted)"\} [2-9]/);
        },
        { timeoutMs: 20_000, everyMs: 500 },
      );
      // Twice the same notice is one reading; the next poll may read it once more.
      expect((await originsOf(orderId)).filter((origin) => origin === 'webhook')).toHaveLength(1);
    },
    LONG,
  );

  it(
    'answers 200 for a shop that it does not know, and 400 for what is a day old',
    async () => {
      const now = Math.floor(Date.now() / 1000);
      const body = (shop_id: string, timestamp: number) => ({
        type: 1,
        tts_notification_id: String(now),
        shop_id,
        timestamp,
        data: { order_id: '576062260101000001', order_status: 'UNPAID', update_time: now },
      });

      expect((await notice(body('7000000000000000009', now))).status).toBe(200);
      expect((await notice(body(shopId, now - 25 * 3_600))).status).toBe(400);
    },
    LONG,
  );

  it(
    'is not believed to be gone because a notice says so',
    async () => {
      const answer = await notice({
        type: 6,
        tts_notification_id: 'forged-or-replayed',
        shop_id: shopId,
        timestamp: Math.floor(Date.now() / 1000),
        data: { message: `Shop_id ${shopId} is deauthorized from your APP by merchant.` },
      });
      expect(answer.status).toBe(200);

      await eventually(() => {
        expect(stage.place.log.text()).toContain('the shop is still authorized');
      });
      const { body } = await stage.running.call(person, 'GET', `/v1/shops/${shopKey}`);
      expect(body).toMatchObject({ status: 'active' });
    },
    LONG,
  );

  it(
    'is about to be erased when the seller has really withdrawn, whichever tells it first',
    async () => {
      await stage.sandbox.control('POST', '/webhooks', { events: [1, 6], duplicate_rate: 0 });
      await stage.sandbox.control('POST', `/shops/${shopId}/revoke`, { webhook: 'sent' });

      await eventually(
        async () => {
          const { body } = await stage.running.call(person, 'GET', `/v1/shops/${shopKey}`);
          expect(body).toMatchObject({ status: 'disconnecting' });
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );
      await eventually(async () => {
        expect((await lifecycleOf(stage.place, shopKey)).at(-1)).toBe('deauthorized@1');
      });
    },
    LONG,
  );
});
