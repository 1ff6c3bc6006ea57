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

/** From the approval until the last order of the year is acknowledged by the log. */
async function untilOrdersSent({ merchant }: BenchStack, expected: number): Promise<number> {
  const startedAt = performance.now();
  const [shop = ''] = await merchant.connect({
    seller: 'retail',
    region: 'GB',
    timezone: 'Europe/London',
  });
  await eventually(
    async () => {
      const { stages } = await merchant.get(`/shops/${shop}/sync`, syncStatus);
      const orders = stages.find(({ resource }) => resource === 'order');
      if ((orders?.progress.done ?? 0) < expected) {
        throw new Error(`${String(orders?.progress.done)} orders are sent`);
      }
    },
    { timeoutMs: 600_000, everyMs: 100 },
  );
  return (performance.now() - startedAt) / 1000;
}

/** The connector's own backfill of a real year, held against the platform's rate of serving it. */
export async function benchConnector(say: Say): Promise<Row[]> {
  say(`retail year, limits raised: ${JSON.stringify(RAISED_LIMITS)}`);
  const gateway = { ...RAISED_LIMITS.gateway, ANALYTICS_URL: NOBODY, PRIVACY_URL: NOBODY };
  const envOf = { ...RAISED_LIMITS, gateway };
  const bench = await startBenchStack({ clock: RETAIL_NOW, envOf, only: ONLY });
  try {
    // Once for nothing: neither side is measured while it compiles its code.
    await walkSandbox(bench);
    const alone = await walkSandbox(bench);
    say(`the sandbox alone serves ${String(alone.orders)} orders in ${alone.seconds.toFixed(2)} s`);
    const took = await untilOrdersSent(bench, alone.orders);
    say(`the connector has sent them after ${took.toFixed(2)} s`);
    const served = 'the sandbox alone, one client, 50 orders a page';
    const rate = alone.orders / alone.seconds;
    return [
      rowOf({
        id: 'connector.backfill.orders',
        what: 'retail year: connect → last order acknowledged by Kafka, orders per second',
        value: alone.orders / took,
        unit: '/s',
        anchor: { what: served, value: rate },
        goal: { atLeast: Math.ceil(rate * GOAL_RATIO) },
      }),
      rowOf({
        id: 'connector.backfill.lines',
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
