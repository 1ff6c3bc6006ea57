import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addDays, ordersReply, overviewReply } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { z } from 'zod';
import { askTables } from './support/clickhouse.ts';
import { INDONESIAN, loadAsDemo, signInAsDemo } from './support/demo-merchant.ts';
import { differences } from './support/exactness.ts';
import { askOracle } from './support/expected.ts';
import type { Merchant } from './support/merchant.ts';
import { listOrderIds } from './support/order-ids.ts';
import { sendOrderOfLaterSchema } from './support/later-schema.ts';
import { replay } from './support/replay.ts';
import { startSystem } from './support/start-system.ts';
import type { System } from './support/start-system.ts';

const NOW = '2026-11-23T12:00:00Z';
const TWO_DAYS_LATER = '2026-11-25T12:30:00Z';
const FROM = '2026-11-10';
const PATIENT = { timeoutMs: 90_000, everyMs: 1_000 };

const journal = z.object({ webhooks: z.array(z.object({ what: z.string() })) });
const state = z.object({
  shops: z.array(z.object({ key: z.string(), statuses: z.record(z.string(), z.int()) })),
});

const byRevision = z.object({ rev: z.coerce.number(), orders: z.coerce.number() });

describe('a shop that trades while its notices are lost, doubled and late', () => {
  let system: System;
  let merchant: Merchant;
  let shopKey: string;
  let span = { from: FROM, to: addDays(NOW.slice(0, 10), 1) };

  beforeAll(async () => {
    system = await startSystem({
      now: NOW,
      envOf: {
        'tiktok-sandbox': { SYNTHETIC_DAYS: '12' },
        connector: { POLL_INTERVAL_MS: '8000', FINANCE_INTERVAL_MS: '3000' },
      },
    });
    ({ merchant, shopKey } = await loadAsDemo(system, INDONESIAN));
  }, 240_000);

  afterAll(async () => {
    await system.stop();
  }, 60_000);

  /** The source goes on while it is asked, so both are asked until they agree. */
  async function untilTrue(): Promise<void> {
    await eventually(async () => {
      const oracle = await askOracle(system.control, 'id');
      expect(await differences(merchant, shopKey, oracle, span)).toEqual([]);
    }, PATIENT);
  }

  async function statuses(): Promise<{ shown: object; served: Record<string, number> }> {
    const { from, to } = span;
    const reply = await merchant.get(
      `/orders?shop=${shopKey}&from=${from}&to=${to}&limit=1`,
      ordersReply,
    );
    const { shops } = state.parse(await system.control.get('/state'));
    return {
      shown: Object.fromEntries(reply.statuses.map(({ status, orders }) => [status, orders])),
      served: shops.find(({ key }) => key === 'id')?.statuses ?? {},
    };
  }

  /** Sales less cancellations of the days that are over, each cancellation on its order's day. */
  async function closedDays(): Promise<(string | null)[]> {
    const query = `shop=${shopKey}&from=${FROM}&to=${NOW.slice(0, 10)}&grain=day&metric=net_sales&basis=order&compare=none`;
    const { main } = await merchant.get(`/metrics/overview?${query}`, overviewReply);
    return main.current.points.map(({ value }) => value);
  }

  it('is shown as its source has it, order for order', async () => {
    await untilTrue();

    const { shown, served } = await statuses();
    expect(shown).toEqual(served);
  }, 120_000);

  it('follows new orders though notices are lost, doubled and out of order', async () => {
    await system.control.post('/webhooks', {
      loss_rate: 0.35,
      duplicate_rate: 0.6,
      late_rate: 0.5,
      delay_s: 4,
    });
    const added: string[] = [];
    for (let count = 0; count < 20; count += 1) {
      const order = await system.control.post('/shops/id/orders', {});
      added.push(z.object({ order_id: z.string() }).parse(order).order_id);
      await system.control.post('/clock', { advance_s: 11 });
    }

    await untilTrue();

    // An order that waits for its payment is in no figure: the figures can be right before it is read.
    const ids = await eventually(async () => {
      const listed = await listOrderIds(merchant, shopKey, span);
      expect(listed).toEqual(expect.arrayContaining(added));
      return listed;
    }, PATIENT);
    expect(new Set(ids).size).toBe(ids.length);
    const { webhooks } = journal.parse(await system.control.get('/webhooks'));
    expect(new Set(webhooks.map(({ what }) => what))).toEqual(
      new Set(['lost', 'doubled', 'late', 'accepted']),
    );
  }, 180_000);

  it('is shown as before while its facts are rebuilt, and as its source has it behind that', async () => {
    const before = await closedDays();
    const rebuilding = replay(system, ['rebuild', '--shop', shopKey]);
    await system.control.post('/shops/id/orders', {});
    const { code, out, err } = await rebuilding;

    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^revision 1: [1-9]\d* archived events read, [1-9]\d* facts sent/m);
    expect(await closedDays()).toEqual(before);
    // One that comes later bears the raised revision too.
    await system.control.post('/shops/id/orders', {});
    await eventually(async () => {
      const { served } = await statuses();
      const orders = Object.values(served).reduce((sum, count) => sum + count, 0);
      const sql = `SELECT bitAnd(ver, 255) AS rev, count() AS orders FROM orders FINAL
        WHERE shop_key = {shopKey:String} GROUP BY rev`;
      expect(await askTables(system, sql, { shopKey }, byRevision)).toEqual([{ rev: 1, orders }]);
    }, PATIENT);
    await untilTrue();
    expect(await closedDays()).toEqual(before);
  }, 180_000);

  it('has no dead letters that would go, and a person is told so of every group', async () => {
    for (const group of ['ingestion', 'ingestion-bf', 'analytics-order', 'analytics-order-bf']) {
      const { code, out, err } = await replay(system, ['dead-letters', '--group', group]);

      expect([group, code, err]).toEqual([group, 0, '']);
      expect(out).toMatch(/^all +0 +0 +0 +0$/m);
    }
    const refused = await replay(system, ['dead-letters', '--group', 'ingestion-x']);
    expect([refused.code, refused.out]).toEqual([2, '']);
    expect(refused.err).toContain('those are ingestion, ingestion-bf');
  }, 120_000);

  it('follows what happened to old orders while nothing of the product ran', async () => {
    const before = await closedDays();
    await system.restartAt(TWO_DAYS_LATER);
    await signInAsDemo(system, merchant);
    span = { from: FROM, to: addDays(TWO_DAYS_LATER.slice(0, 10), 1) };

    await untilTrue();

    await eventually(async () => {
      const { shown, served } = await statuses();
      expect(shown).toEqual(served);
    }, PATIENT);
    expect(await closedDays()).not.toEqual(before);
  }, 300_000);

  it('calls no day complete that may lack an order which nobody understands', async () => {
    const day = '2026-11-15';
    const query = `shop=${shopKey}&from=${FROM}&to=${NOW.slice(0, 10)}&grain=day&metric=gross_sales`;
    const shown = async () => {
      const { main, meta } = await merchant.get(`/metrics/overview?${query}`, overviewReply);
      const { points, state } = main.current;
      return {
        incomplete: points
          .filter((point) => (point.state ?? state) === 'incomplete')
          .map(({ date }) => date),
        unread: meta.freshness.find(({ resource }) => resource === 'order')?.unread,
      };
    };
    expect(await shown()).toEqual({ incomplete: [], unread: null });

    await sendOrderOfLaterSchema(system, { shopKey, changedAt: `${day}T05:00:00Z` });

    await eventually(async () => {
      expect(await shown()).toEqual({
        incomplete: Array.from({ length: 6 }, (_, after) => addDays(FROM, after)),
        unread: { records: 1, from: null, through: `${day}T05:00:00.000Z` },
      });
    }, PATIENT);
  }, 120_000);
});
