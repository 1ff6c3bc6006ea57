import { setTimeout } from 'node:timers/promises';
import { syncStatus } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { RAISED_LIMITS, RETAIL_NOW, startBenchStack } from './bench-stack.ts';
import type { BenchStack } from './bench-stack.ts';
import { rowOf } from './report.ts';
import type { Row } from './report.ts';
import { connectClient } from './sandbox-client.ts';
import type { SandboxCall, SandboxClient } from './sandbox-client.ts';
import { askedCalls, replay, walkOrders } from './sandbox-walk.ts';

type Say = (line: string) => void;

const GOAL_RATIO = 0.6;
const LIMIT_MS = 600_000;
/** The connector, its platform, and what a person needs to connect: nothing that reads its topics. */
const ONLY = ['identity', 'gateway', 'tiktok-sandbox', 'connector'];
/** Where the gateway would find what does not run here. */
const NOBODY = 'http://127.0.0.1:9';

const SENT = /snapshots_published_total\{resource="order",origin="backfill"\} (\d+)/;

/** From the approval until the last order of the year is acknowledged by the log, in seconds. */
async function untilOrdersSent(bench: BenchStack, orders: number) {
  const { merchant } = bench;
  const before = await sentBy(bench);
  const startedAt = performance.now();
  const shops = await merchant.connect({
    ...{ seller: 'retail', region: 'GB', timezone: 'Europe/London' },
  });
  for (let sent = 0; sent < orders; sent = (await sentBy(bench)) - before) {
    // Each question costs the connector some work too: seldom at first, often near the end.
    await setTimeout(sent < orders * 0.9 ? 500 : 50);
    if (performance.now() - startedAt > LIMIT_MS) {
      throw new Error(`only ${String(sent)} orders are sent`);
    }
  }
  return { seconds: (performance.now() - startedAt) / 1000, shops };
}

/** The connector's own count: a page that asks by the gateway would be measured with it. */
async function sentBy({ stack }: BenchStack): Promise<number> {
  const url = `${stack.services['connector']?.opsUrl ?? ''}/metrics`;
  return Number(SENT.exec(await (await fetch(url)).text())?.[1] ?? 0);
}

async function untilWhole(bench: BenchStack, shops: readonly string[]): Promise<void> {
  for (const shop of shops) {
    await eventually(
      async () => {
        const { stages } = await bench.merchant.get(`/shops/${shop}/sync`, syncStatus);
        if (stages.some(({ state }) => state !== 'done')) {
          throw new Error('a shop is still loading');
        }
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
  }
}

/** Neither side is measured while it compiles its code: a month of another seller's shops first. */
async function warmUp(bench: BenchStack, client: SandboxClient) {
  const shops = await bench.merchant.connect({
    ...{ seller: 'synthetic', region: 'ID', timezone: 'Asia/Jakarta' },
  });
  await untilWhole(bench, shops);
  return walkOrders(client);
}

const REPLAYS = 3;

/** How often each kind of page was asked for. */
function countsOf(calls: readonly SandboxCall[]): string {
  const counts = new Map<string, number>();
  for (const { target } of calls) {
    const kind = target.split('?')[0]?.replaceAll(/\d{10,}/g, '…') ?? '';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${String(count)} × ${kind}`).join(', ');
}

/** The connector's own backfill of a real year, held against the platform's rate of serving it. */
export async function benchConnector(say: Say): Promise<Row[]> {
  say(`retail year, limits raised: ${JSON.stringify(RAISED_LIMITS)}`);
  const gateway = { ...RAISED_LIMITS.gateway, ANALYTICS_URL: NOBODY, PRIVACY_URL: NOBODY };
  const sandbox = { ...RAISED_LIMITS['tiktok-sandbox'], SYNTHETIC_DAYS: '30' };
  // Nothing reads the log here: histories would wait for it.
  const connector = { ...RAISED_LIMITS.connector, LAG_LIMIT_RECORDS: '1000000000' };
  const envOf = { ...RAISED_LIMITS, gateway, connector, 'tiktok-sandbox': sandbox };
  const bench = await startBenchStack({ clock: RETAIL_NOW, envOf, only: ONLY });
  try {
    const client = await connectClient(bench, 'retail');
    const { orders, lines } = await warmUp(bench, client);
    await bench.control.clear('/calls');
    const { seconds: took, shops } = await untilOrdersSent(bench, orders);
    const calls = await askedCalls(bench);
    say(`the connector has sent all orders after ${took.toFixed(2)} s, ${countsOf(calls)}`);
    await untilWhole(bench, shops);
    const replays: number[] = [];
    while (replays.length < REPLAYS) {
      replays.push(await replay(client, calls));
    }
    const each = replays.map((seconds) => seconds.toFixed(2)).join(', ');
    say(`the sandbox alone serves the same pages in ${each} s`);
    const alone = replays.reduce((sum, seconds) => sum + seconds, 0) / replays.length;
    const served = 'the sandbox alone: the same pages to one client that drops them';
    const rate = orders / alone;
    return [
      rowOf({
        id: 'backfill',
        what: 'retail year: connect → last order acknowledged by Kafka, orders per second',
        value: orders / took,
        unit: '/s',
        anchor: { what: served, value: rate },
        goal: { atLeast: Math.ceil(rate * GOAL_RATIO) },
      }),
      rowOf({
        id: 'backfill.lines',
        what: `retail year: line items per second (${String(lines)} in all)`,
        value: lines / took,
        unit: '/s',
        anchor: { what: served, value: lines / alone },
      }),
    ];
  } finally {
    await bench.stop();
  }
}
