import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { overviewReply } from '@tokometrics/contracts';
import { ensureDashboard } from '@tokometrics/local';
import { launchBrowser, Merchant, repositoryRoot } from '@tokometrics/testkit';
import type { BrowserContext } from 'playwright-core';
import { RAISED_LIMITS, RETAIL_NOW, startBenchStack } from './bench-stack.ts';
import type { BenchStack } from './bench-stack.ts';
import { rowOf } from './report.ts';
import type { Row } from './report.ts';

type Say = (line: string) => void;

const MERCHANTS = 32;
const SECONDS = 15;
const LOADS = 5;
const BUILT = join(repositoryRoot, 'services', 'dashboard', 'dist');

/** Each of them signs in; all look at the demo merchant's shop, so the figures are those of a year. */
async function overviewUnderLoad(bench: BenchStack, shop: string, say: Say): Promise<Row[]> {
  const { demoEmail: email, demoPassword: password } = bench.stack.credentials;
  const path = `/metrics/overview?shop=${shop}&from=2026-10-24&to=2026-11-24&grain=day&compare=previous_period`;
  const one = await latencies([bench.merchant], path);
  const merchants: Merchant[] = [];
  for (let index = 0; index < MERCHANTS; index += 1) {
    const merchant = new Merchant(bench.stack.publicUrl);
    await merchant.signIn({ email, password });
    merchants.push(merchant);
  }
  say(`${String(MERCHANTS)} sessions ask for the Overview for ${String(SECONDS)} s`);
  const many = await latencies(merchants, path);
  const row = (id: string, what: string, value: number, alone: number, goal?: number) =>
    rowOf({
      ...{ id, what, value, unit: 'ms' },
      anchor: { what: 'one session alone', value: alone },
      ...(goal === undefined ? {} : { goal: { atMost: goal } }),
    });
  return [
    row(
      'dashboard.overview.p50',
      `Overview API, ${String(MERCHANTS)} sessions at once, p50`,
      many.p50,
      one.p50,
    ),
    row(
      'dashboard.overview.p95',
      `Overview API, ${String(MERCHANTS)} sessions at once, p95`,
      many.p95,
      one.p95,
      300,
    ),
    rowOf({
      id: 'dashboard.overview.rate',
      what: 'Overview API, answers per second in it',
      value: many.rate,
      unit: '/s',
    }),
  ];
}

interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly rate: number;
}

async function latencies(merchants: readonly Merchant[], path: string): Promise<Latencies> {
  const took: number[] = [];
  const until = performance.now() + SECONDS * 1000;
  await Promise.all(
    merchants.map(async (merchant) => {
      await merchant.get(path, overviewReply);
      while (performance.now() < until) {
        const startedAt = performance.now();
        const { status } = await merchant.call('GET', path);
        took.push(performance.now() - startedAt);
        if (status !== 200) {
          throw new Error(`the Overview answered ${String(status)}`);
        }
      }
    }),
  );
  took.sort((left, right) => left - right);
  const at = (share: number) => took[Math.floor(took.length * share)] ?? 0;
  return { p50: at(0.5), p95: at(0.95), rate: took.length / SECONDS };
}

/** What the first page loads before it can show anything: its entry and what that needs at once. */
function initialScript(): Row {
  const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="\/?([^"]+\.js)"/g)].map(([, file]) => file ?? '');
  const bytes = files.reduce(
    (sum, file) => sum + gzipSync(readFileSync(join(BUILT, file)), { level: 9 }).length,
    0,
  );
  return rowOf({
    id: 'dashboard.script',
    what: `initial JavaScript, gzipped (${String(files.length)} files)`,
    value: bytes / 1000,
    unit: 'kB',
    goal: { atMost: 200 },
  });
}

/** Runs inside the page. Entries that came before it was asked are told as well. */
const LARGEST_PAINT = `new Promise((resolve) => {
  let last = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) last = entry.startTime;
  }).observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => resolve(last), 1500);
})`;

async function signIn(context: BrowserContext, bench: BenchStack): Promise<void> {
  const page = await context.newPage();
  const { demoEmail, demoPassword } = bench.stack.credentials;
  await page.goto(`${bench.stack.publicUrl}/login`);
  await page.getByLabel(/e-?mail/i).fill(demoEmail);
  await page.getByLabel('Password', { exact: true }).fill(demoPassword);
  await page.getByRole('button', { name: /sign in/i }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
  await page.close();
}

async function largestPaint(bench: BenchStack, shop: string, say: Say): Promise<Row> {
  const browser = await launchBrowser();
  try {
    const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
    await signIn(context, bench);
    const times: number[] = [];
    for (let turn = 0; turn < LOADS; turn += 1) {
      const page = await context.newPage();
      await page.goto(`${bench.stack.publicUrl}/overview?shop=${shop}`, {
        waitUntil: 'networkidle',
      });
      times.push(Number(await page.evaluate(LARGEST_PAINT)));
      await page.close();
    }
    say(
      `largest paint of ${String(LOADS)} loads: ${times.map((ms) => ms.toFixed(0)).join(', ')} ms`,
    );
    times.sort((left, right) => left - right);
    return rowOf({
      id: 'dashboard.lcp',
      what: `largest contentful paint of Overview (median of ${String(LOADS)} loads)`,
      value: times[Math.floor(LOADS / 2)] ?? 0,
      unit: 'ms',
    });
  } finally {
    await browser.close();
  }
}

export async function benchDashboard(say: Say): Promise<Row[]> {
  say(`limits raised: ${JSON.stringify(RAISED_LIMITS)}`);
  const built = ensureDashboard(say);
  built.catch(() => undefined);
  const bench = await startBenchStack({
    clock: RETAIL_NOW,
    envOf: RAISED_LIMITS,
    beforeServices: built,
  });
  try {
    const [shop = ''] = await bench.merchant.connect({
      seller: 'retail',
      region: 'GB',
      timezone: 'Europe/London',
    });
    await bench.merchant.untilComplete(shop, 900_000);
    say('the retail year is complete');
    return [
      ...(await overviewUnderLoad(bench, shop, say)),
      initialScript(),
      await largestPaint(bench, shop, say),
    ];
  } finally {
    await bench.stop();
  }
}
