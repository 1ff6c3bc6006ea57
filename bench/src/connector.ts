import { syncStatus } from '@tokometrics/contracts';
import { eventually } from '@tokometrics/testkit';
import { RAISED_LIMITS, RETAIL_NOW, startBenchStack } from './bench-stack.ts';
import type { BenchStack } from './bench-stack.ts';
import { rowOf } from './report.ts';
import type { Row } from './report.ts';
import { walkSandbox } from './sandbox-walk.ts';

type Say = (line: string) => void;

const GOAL_RATIO = 0.6;
/** The connector, its platform, and what a person needs to connect: nothing that reads its topics. */
const ONLY = ['identity', 'gateway', 'tiktok-sandbox', 'connector'];
/** Where the gateway would find what does not run here. */
const NOBODY = 'http://127.0.0.1:9';

const SENT = /snapshots_published_total\{resource="order",origin="backfill"\} (\d+)/;

/** From the approval until the last order of the year is acknowledged by the log. */
async function untilOrdersSent(bench: BenchStack, orders: number): Promise<number> {
  const { merchant } = bench;
  const before = await sentBy(bench);
  const startedAt = performance.now();
  await merchant.connect({ seller: 'retail', region: 'GB', timezone: 'Europe/London' });
  await eventually(
    async () => {
      const sent = (await sentBy(bench)) - before;
      if (sent < orders) {
        throw new Error(`${String(sent)} orders are sent`);
      }
    },
    { timeoutMs: 600_000, everyMs: 100 },
  );
  return (performance.now() - startedAt) / 1000;
}

/** The connector's own count: a page that asks by the gateway would be measured with it. */
async function sentBy({ stack }: BenchStack): Promise<number> {
  const url = `${stack.services['connector']?.opsUrl ?? ''}/metrics`;
  return Number(SENT.exec(await (await fetch(url)).text())?.[1] ?? 0);
}

/** Neither side is measured while it compiles its code: a month of another seller's shops first. */
async function warmUp(bench: BenchStack): Promise<void> {
  const shops = await bench.merchant.connect({
    ...{ seller: 'synthetic', region: 'ID', timezone: 'Asia/Jakarta' },
  });
  for (const shop of shops) {
    await eventually(
      async () => {
        const { stages } = await bench.merchant.get(`/shops/${shop}/sync`, syncStatus);
        if (stages.some(({ state }) => state !== 'done')) {
          throw new Error('the first shops are still loading');
        }
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
  }
}

/** The connector's own backfill of a real year, held against the platform's rate of serving it. */
export async function benchConnector(say: Say): Promise<Row[]> {
  say(`retail year, limits raised: ${JSON.stringify(RAISED_LIMITS)}`);
  const gateway = { ...RAISED_LIMITS.gateway, ANALYTICS_URL: NOBODY, PRIVACY_URL: NOBODY };
  const sandbox = { ...RAISED_LIMITS['tiktok-sandbox'], SYNTHETIC_DAYS: '30' };
  const envOf = { ...RAISED_LIMITS, gateway, 'tiktok-sandbox': sandbox };
  const bench = await startBenchStack({ clock: RETAIL_NOW, envOf, only: ONLY });
  try {
    await warmUp(bench);
    await walkSandbox(bench);
    const alone = await walkSandbox(bench);
    say(`the sandbox alone serves ${String(alone.orders)} orders in ${alone.seconds.toFixed(2)} s`);
    const took = await untilOrdersSent(bench, alone.orders);
    say(`the connector has sent them after ${took.toFixed(2)} s`);
    const served = 'the sandbox alone, one client, 50 orders a page';
    const rate = alone.orders / alone.seconds;
    return [
      rowOf({
        id: 'backfill',
        what: 'retail year: connect → last order acknowledged by Kafka, orders per second',
        value: alone.orders / took,
        unit: '/s',
        anchor: { what: served, value: rate },
        goal: { atLeast: Math.ceil(rate * GOAL_RATIO) },
      }),
      rowOf({
        id: 'backfill.lines',
        what: `retail year: line items per second (${String(alone.lines)} in all)`,
        value: alone.lines / took,
        unit: '/s',
        anchor: { what: served, value: alone.lines / alone.seconds },
      }),
    ];
  } finally {
    await bench.stop();
  }
}
