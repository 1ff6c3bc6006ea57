import { freshnessReply, todayReply } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import type { Merchant } from '@tokometrics/testkit';
import { RAISED_LIMITS, RETAIL_NOW, startBenchStack } from './bench-stack.ts';
import { rowOf } from './report.ts';
import type { Row } from './report.ts';
import { connectClient } from './sandbox-client.ts';
import { walkOrders } from './sandbox-walk.ts';
import type { Served } from './sandbox-walk.ts';

type Say = (line: string) => void;

const seconds = (fromMs: number): number => (performance.now() - fromMs) / 1000;

/** From the seller's "approve" until today's figures are whole on the page's own API. */
async function untilToday(merchant: Merchant, shop: string): Promise<number> {
  return eventually(
    async () => {
      const { items } = await merchant.get(`/freshness?shop=${shop}`, freshnessReply);
      const orders = items.find((item) => item.resource === 'order');
      const today = await merchant.get(`/metrics/today?shop=${shop}`, todayReply);
      const sales = today.tiles.find(({ value }) => value.metric === 'gross_sales');
      // Nought is a figure too: shortly after midnight nothing may have been sold.
      if (orders?.completeThrough == null || sales?.value.value == null) {
        throw new Error('today is not there yet');
      }
      return today.statusCounts.reduce((sum, { orders: count }) => sum + count, 0);
    },
    { timeoutMs: 180_000, everyMs: 500 },
  );
}

async function firstMinute(say: Say): Promise<Row[]> {
  say('synthetic shop, default limits: starting the product');
  const bench = await startBenchStack({ clock: 'machine' });
  try {
    const startedAt = performance.now();
    const [shop = ''] = await bench.merchant.connect({
      seller: 'synthetic',
      region: 'ID',
      timezone: 'Asia/Jakarta',
    });
    const orders = await untilToday(bench.merchant, shop);
    const took = seconds(startedAt);
    say(`today's figures after ${took.toFixed(1)} s (${String(orders)} orders)`);
    return [
      rowOf({
        id: 'main-job.today',
        what: "connect → today's numbers (id shop, default limiter)",
        value: took,
        unit: 's',
        goal: { atMost: 60 },
      }),
    ];
  } finally {
    await bench.stop();
  }
}

async function retailYear(say: Say): Promise<Row[]> {
  say(`retail year, limits raised: ${JSON.stringify(RAISED_LIMITS)}`);
  const bench = await startBenchStack({ clock: RETAIL_NOW, envOf: RAISED_LIMITS });
  try {
    const alone = await walkOrders(await connectClient(bench, 'retail'));
    say(`the sandbox alone serves ${String(alone.orders)} orders in ${alone.seconds.toFixed(1)} s`);
    const startedAt = performance.now();
    const [shop = ''] = await bench.merchant.connect({
      seller: 'retail',
      region: 'GB',
      timezone: 'Europe/London',
    });
    await untilOrders(bench.merchant, shop);
    const took = seconds(startedAt);
    await bench.merchant.untilComplete(shop, 900_000);
    const whole = seconds(startedAt);
    say(`orders complete after ${took.toFixed(1)} s, all resources after ${whole.toFixed(1)} s`);
    return yearRows(alone, took, whole);
  } finally {
    await bench.stop();
  }
}

async function untilOrders(merchant: Merchant, shop: string): Promise<void> {
  await eventually(
    async () => {
      const { items } = await merchant.get(`/freshness?shop=${shop}`, freshnessReply);
      if (items.find((item) => item.resource === 'order')?.historyDone !== true) {
        throw new Error('orders are still loading');
      }
    },
    { timeoutMs: 900_000, everyMs: 250 },
  );
}

function yearRows(alone: Served, took: number, whole: number): Row[] {
  const served = 'the sandbox alone, one client, 50 orders a page';
  return [
    rowOf({
      id: 'main-job.year.seconds',
      what: `retail year: ${String(alone.orders)} orders in the figures`,
      value: took,
      unit: 's',
      anchor: { what: served, value: alone.seconds },
    }),
    rowOf({
      id: 'main-job.year.orders',
      what: 'retail year: orders per second',
      value: alone.orders / took,
      unit: '/s',
      anchor: { what: served, value: alone.orders / alone.seconds },
      goal: { atLeast: 200 },
    }),
    rowOf({
      id: 'main-job.year.lines',
      what: `retail year: line items per second (${String(alone.lines)} in all)`,
      value: alone.lines / took,
      unit: '/s',
      anchor: { what: served, value: alone.lines / alone.seconds },
    }),
    rowOf({
      id: 'main-job.year.all',
      what: 'retail year: products, statements, transactions too',
      value: whole,
      unit: 's',
    }),
  ];
}

export async function benchMainJob(say: Say): Promise<Row[]> {
  return [...(await firstMinute(say)), ...(await retailYear(say))];
}
