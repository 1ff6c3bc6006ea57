import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RESOURCES } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { archived, lifecycleOf, markersOf, readShop, WEEK } from './archive.fixture.ts';
import { aPerson, openStage, connect, shownShop, statesOf } from './connector.fixture.ts';
import type { Stage } from './connector.fixture.ts';

const LONG = 300_000;

let stage: Stage;

beforeAll(async () => {
  stage = await openStage(import.meta, { env: { MAX_PAGES: '60', ORDER_PAGE_SIZE: '20' } });
}, LONG);

afterAll(async () => {
  await stage.stop();
}, LONG);

const fault = (order: Record<string, unknown>): Promise<unknown> =>
  stage.sandbox.control('POST', '/faults', order);

async function struck(): Promise<Record<string, number>> {
  const { faults } = (await stage.sandbox.control('GET', '/faults')) as {
    faults: { kind: string; struck: number }[];
  };
  return Object.fromEntries(faults.map(({ kind, struck: count }) => [kind, count]));
}

describe('what TikTok Shop may answer while a history loads', () => {
  it(
    'is waited out or asked for again, and nothing is lost or doubled',
    async () => {
      const bodies = [Buffer.alloc(10_000_000, 'x'), Buffer.from([0xff, 0xfe, 0x00])];
      stage.meddler.meddle(({ url = '' }) => {
        const body = url.includes('/orders/search') ? bodies.pop() : undefined;
        return body === undefined ? undefined : (response) => response.end(body);
      });
      const kinds = [
        { kind: 'rate_limit', after: 3 },
        { kind: 'rate_limit_retry_after', retry_after_s: 1, after: 5 },
        { kind: 'truncated_json', after: 6 },
        { kind: 'html_503', after: 8 },
        { kind: 'internal', after: 9 },
        { kind: 'drop', after: 10 },
        { kind: 'expired_token', after: 11 },
        { kind: 'timeout', after: 12 },
        { kind: 'clock_skew', after: 13 },
      ];
      for (const order of kinds) {
        await fault({ match: '/orders/search', ...order });
      }
      const person = aPerson();

      const { shops } = await connect(stage.running, stage.sandbox, person);
      const shopKey = shops[0]?.shopKey ?? '';
      await eventually(
        async () => {
          expect(statesOf(await shownShop(stage.running, person, shopKey))).toEqual(
            RESOURCES.map(() => 'done'),
          );
        },
        { timeoutMs: 240_000, everyMs: 500 },
      );

      expect(bodies).toEqual([]);
      expect(await struck()).toEqual(Object.fromEntries(kinds.map(({ kind }) => [kind, 1])));
      expect(await archived(stage.place, shopKey)).toEqual(WEEK);
    },
    LONG,
  );

  it.each(['endless_page_token', 'repeated_page_token'])(
    'fails the stage that is given an %s, once, while the rest goes on',
    async (kind) => {
      await stage.sandbox.control('DELETE', '/faults');
      await fault({ match: '/products/search', kind, count: 1_000_000 });
      const person = aPerson();

      const { shops } = await connect(stage.running, stage.sandbox, person);
      const shopKey = shops[0]?.shopKey ?? '';
      const shop = await eventually(
        async () => {
          const shown = await shownShop(stage.running, person, shopKey);
          // Stock is asked for by the list of products.
          expect(statesOf(shown)).toEqual([
            ...['done', 'failed', 'done', 'done', 'done'],
            ...['failed', 'done'],
          ]);
          return shown;
        },
        { timeoutMs: 240_000, everyMs: 500 },
      );
      expect(shop.sync.stages[1]?.error).toBe('paging.endless');
      const before = await struck();
      await new Promise((resolve) => setTimeout(resolve, 8_000));

      // Longer than a round of retries and several polls: nobody asks again.
      expect(await struck()).toEqual(before);
    },
    LONG,
  );

  it(
    'may be that the seller has withdrawn: the shop waits for its merchant, and nothing is erased',
    async () => {
      await stage.sandbox.control('DELETE', '/faults');
      const slow = { match: '/orders/search', kind: 'slow', delay_ms: 400, count: 1_000, after: 4 };
      await fault(slow);
      const person = aPerson();
      const { shops } = await connect(stage.running, stage.sandbox, person);
      const shopKey = shops[0]?.shopKey ?? '';
      await eventually(
        async () => {
          const [orders] = (await shownShop(stage.running, person, shopKey)).sync.stages;
          expect(orders?.progress.done).toBeGreaterThan(0);
        },
        { timeoutMs: 60_000, everyMs: 50 },
      );

      const state = (await stage.sandbox.control('GET', '/state')) as {
        shops: { key: string; id: string }[];
      };
      const id = state.shops.find(({ key }) => key === 'retail')?.id ?? '';
      await stage.sandbox.control('POST', `/shops/${id}/revoke`, { webhook: 'lost' });
      await stage.sandbox.control('DELETE', '/faults');

      const shop = await eventually(
        async () => {
          const shown = await shownShop(stage.running, person, shopKey);
          expect(shown.status).toBe('reauth_required');
          return shown;
        },
        { timeoutMs: 60_000, everyMs: 200 },
      );
      expect(statesOf(shop)).toEqual(RESOURCES.map(() => 'paused'));
      await eventually(async () => {
        expect(await lifecycleOf(stage.place, shopKey)).toEqual([
          'connected@1',
          'reauth_required@1',
        ]);
      });
      const kept = await readShop(stage.place, 'tm.raw.order.v1.bf', shopKey);
      expect(markersOf(kept).length).toBeGreaterThan(0);

      // A new grant takes the same connection up where it stood.
      expect(await connect(stage.running, stage.sandbox, person)).toMatchObject({
        state: 'granted',
      });
      await eventually(
        async () => {
          const shown = await shownShop(stage.running, person, shopKey);
          expect([shown.status, ...statesOf(shown)]).toEqual([
            'active',
            ...RESOURCES.map(() => 'done'),
          ]);
        },
        { timeoutMs: 120_000, everyMs: 500 },
      );
      expect(await archived(stage.place, shopKey)).toEqual(WEEK);

      // Withdrawn again, and this time a notice says so: after the calls were refused.
      const hook = { url: `${stage.running.url}/v1/webhooks/tiktok`, events: [6] };
      await stage.sandbox.control('POST', '/webhooks', hook);
      await stage.sandbox.control('POST', `/shops/${id}/revoke`, { webhook: 'late', late_s: 120 });
      const shows = (status: string) =>
        eventually(
          async () => {
            expect((await shownShop(stage.running, person, shopKey)).status).toBe(status);
          },
          { timeoutMs: 60_000, everyMs: 200 },
        );
      await shows('reauth_required');
      await stage.sandbox.control('POST', '/clock', { advance_s: 120 });
      await shows('disconnecting');
    },
    LONG,
  );
});
