import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { overviewReply } from '@tokometrics/contracts';
import { ensureDashboard } from '@tokometrics/local';
import { launchBrowser, registerMerchant, repositoryRoot } from '@tokometrics/testkit';
import type { Merchant } from '@tokometrics/testkit';
import type { BrowserContext } from 'playwright-core';
import { RAISED_LIMITS, RETAIL_NOW, startBenchStack } from './bench-stack.ts';
import type { BenchStack } from './bench-stack.ts';
import { rowOf } from './report.ts';
import type { Row } from './report.ts';

type Say = (line: string) => void;

const MERCHANTS = 32;
const SECONDS = 15;
const LOADS = 5;
const RANGE = 'from=2026-10-25&to=2026-11-24&grain=day&compare=previous_period';
/** Ranges that nobody has asked for since the last change: more than one merchant gets to in a run. */
const NEW_RANGES = Array.from({ length: 300 }, (_, day) => {
  const from = new Date(Date.UTC(2026, 9, 24) - day * 86_400_000).toISOString().slice(0, 10);
  return `from=${from}&to=2026-11-24&grain=day&compare=previous_period`;
});
/** A week of real orders for each merchant. */
const CSV = join(
  repositoryRoot,
  ...['services', 'tiktok-sandbox', 'data', 'online_retail_week_2010-12-01_07.csv.gz'],
);
const BUILT = join(repositoryRoot, 'services', 'dashboard', 'dist');

interface Tenant {
  readonly merchant: Merchant;
  readonly shop: string;
}

/** An account of its own with a shop of its own, loaded to the end: rows of no other are read. */
async function openTenant(bench: BenchStack, index: number): Promise<Tenant> {
  const { publicUrl, mailbox } = bench.stack;
  const place = { publicUrl, mailboxUrl: mailbox.pageUrl };
  const email = `merchant-${String(index)}@bench.localhost`;
  const merchant = await registerMerchant(
    place,
    email,
    `a long way to the market ${String(index)}`,
  );
  const [shop = ''] = await merchant.connect({
    seller: 'retail',
    region: 'GB',
    timezone: 'Europe/London',
  });
  return { merchant, shop };
}

async function openTenants(bench: BenchStack, say: Say): Promise<Tenant[]> {
  const tenants: Tenant[] = [];
  for (let index = 0; index < MERCHANTS; index += 1) {
    tenants.push(await openTenant(bench, index));
  }
  say(`${String(MERCHANTS)} merchants have connected`);
  for (const { merchant, shop } of tenants) {
    await merchant.untilComplete(shop, 900_000);
  }
  say('and all of them have their history');
  return tenants;
}

async function overviewUnderLoad(tenants: readonly Tenant[], say: Say): Promise<Row[]> {
  const one = await latencies(tenants.slice(0, 1), [RANGE]);
  say(`${String(MERCHANTS)} merchants ask for the Overview for ${String(SECONDS)} s`);
  const many = await latencies(tenants, [RANGE]);
  const anew = await latencies(tenants, NEW_RANGES);
  const row = (id: string, share: 'p50' | 'p95', goal?: number) =>
    rowOf({
      id,
      what: `Overview API, ${String(MERCHANTS)} merchants at once, ${share}`,
      value: many[share],
      unit: 'ms',
      anchor: { what: 'one merchant alone', value: one[share] },
      ...(goal === undefined ? {} : { goal: { atMost: goal } }),
    });
  return [
    row('dashboard.overview.p50', 'p50'),
    row('dashboard.overview.p95', 'p95', 300),
    rowOf({
      id: 'dashboard.overview.rate',
      what: 'Overview API, answers per second in it',
      value: many.rate,
      unit: '/s',
      anchor: { what: 'one merchant alone', value: one.rate },
    }),
    rowOf({
      id: 'dashboard.overview.new.p95',
      what: 'the same with a range that was never asked for before, p95',
      value: anew.p95,
      unit: 'ms',
      anchor: { what: 'the same range again', value: many.p95 },
    }),
  ];
}

interface Latencies {
  readonly p50: number;
  readonly p95: number;
  readonly rate: number;
}

/** Each merchant asks for one range after the other, again from the first when there is none left. */
async function latencies(
  tenants: readonly Tenant[],
  ranges: readonly string[],
): Promise<Latencies> {
  const took: number[] = [];
  const pathOf = (shop: string, turn: number) =>
    `/metrics/overview?shop=${shop}&${ranges.at(turn % ranges.length) ?? RANGE}`;
  // Every page has been opened before the clock starts.
  await Promise.all(
    tenants.map(({ merchant, shop }) => merchant.get(pathOf(shop, -1), overviewReply)),
  );
  const until = performance.now() + SECONDS * 1000;
  await Promise.all(
    tenants.map(async ({ merchant, shop }) => {
      for (let turn = 0; performance.now() < until; turn += 1) {
        const startedAt = performance.now();
        const { status } = await merchant.call('GET', pathOf(shop, turn));
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

/** Runs inside the page: the last entry, once there is one and none has come for a second. */
const LARGEST_PAINT = `new Promise((resolve) => {
  let quiet;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      clearTimeout(quiet);
      quiet = setTimeout(() => resolve(entry.startTime), 1000);
    }
  }).observe({ type: 'largest-contentful-paint', buffered: true });
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
    envOf: {
      ...RAISED_LIMITS,
      'tiktok-sandbox': { ...RAISED_LIMITS['tiktok-sandbox'], RETAIL_CSV: CSV },
    },
    beforeServices: built,
  });
  try {
    const [shop = ''] = await bench.merchant.connect({
      seller: 'retail',
      region: 'GB',
      timezone: 'Europe/London',
    });
    await bench.merchant.untilComplete(shop, 300_000);
    const paint = await largestPaint(bench, shop, say);
    const tenants = await openTenants(bench, say);
    return [...(await overviewUnderLoad(tenants, say)), initialScript(), paint];
  } finally {
    await bench.stop();
  }
}
