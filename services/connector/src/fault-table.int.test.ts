import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, repositoryRoot } from '@tokometrics/testkit';
import { startSandbox } from './connector.fixture.ts';
import type { Sandbox } from './connector.fixture.ts';
import { ORDER_PAGE_SIZE, startLonelyWorker } from './lonely-worker.fixture.ts';
import { startMeddler } from './meddler.fixture.ts';
import type { Meddler } from './meddler.fixture.ts';

/** The one reaction that each class of answer has; `ends`: the shop waits for its merchant. */
type Action =
  | 'waits'
  | 'shrinks'
  | 'renews'
  | 'restamps'
  | 'confirms'
  | 'narrows'
  | 'ends'
  | `gives up: ${string}`;

const ROWS: Readonly<Record<string, Action>> = {
  rateLimited: 'waits',
  rateLimitedHeavy: 'waits',
  internal: 'waits',
  timeout: 'shrinks',
  expiredToken: 'renews',
  badToken: 'renews',
  badAppKey: 'gives up: config',
  missingAppKey: 'gives up: config',
  missingSign: 'gives up: bug',
  badTimestamp: 'restamps',
  earlyTimestamp: 'restamps',
  lateTimestamp: 'restamps',
  unexpectedCipher: 'gives up: bug',
  foreignCipher: 'confirms',
  scopeMissing: 'gives up: scope_missing',
  badSign: 'gives up: bug',
  missingCipher: 'gives up: bug',
  badPath: 'gives up: bug',
  badMethod: 'gives up: bug',
  badVersion: 'gives up: bug',
  tooLarge: 'gives up: bug',
  badFormat: 'gives up: bug',
  badContentType: 'gives up: bug',
  blockedIp: 'gives up: config',
  badParameter: 'gives up: bug',
  tooManyResults: 'narrows',
  badAuthCode: 'gives up: code_invalid',
  unknownRefresh: 'ends',
  expiredRefresh: 'ends',
};
const MODES = ['documented', 'always-200'] as const;
const KINDS: readonly (readonly [string, Action])[] = [
  ['rate_limit', 'waits'],
  ['rate_limit_retry_after', 'waits'],
  ['internal', 'waits'],
  ['truncated_json', 'waits'],
  ['html_503', 'waits'],
  ['drop', 'waits'],
  ['timeout', 'shrinks'],
  ['clock_skew', 'restamps'],
  ['expired_token', 'renews'],
];

const CLOCK = '2026-11-23T12:00:00.000Z';
const LONG = 60_000;
const SEARCH = '/orders/search';
/** The live poll and one slice pass; struck is the second slice, which is asked for ahead of time. */
const AFTER = 2;
/** Pages of rows, never the count of all, which is asked for at no certain moment between them. */
const PAGES = { match: SEARCH, page_size: ORDER_PAGE_SIZE, after: AFTER };

/** Nine orders of three days: a history of few pages. */
function writeCsv(): string {
  const rows = Array.from({ length: 9 }, (_, at) => {
    const day = String(1 + Math.floor(at / 3)).padStart(2, '0');
    const number = String(536_400 + at);
    return `${number},85123A,HOLDER,${String(1 + at)},2010-12-${day} 1${String(at)}:00:00,2.55,17850.0,United Kingdom`;
  });
  const file = join(mkdtempSync(join(tmpdir(), 'connector-csv-')), 'nine.csv');
  const head = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
  writeFileSync(file, `${[head, ...rows].join('\n')}\n`);
  return file;
}

interface Seen {
  readonly at: number;
  readonly path: string;
  readonly pageSize: string | null;
}

let sandbox: Sandbox;
let meddler: Meddler;
let clockAt: string;
let calls: Seen[] = [];
let plain: Awaited<ReturnType<typeof run>>;

beforeAll(async () => {
  clockAt = `${CLOCK}@${new Date().toISOString()}`;
  sandbox = await startSandbox({ clockAt, csv: writeCsv() });
  meddler = await startMeddler(sandbox.url);
  meddler.meddle(({ url = '' }) => {
    const { pathname, searchParams } = new URL(url, 'http://platform');
    calls.push({ at: Date.now(), path: pathname, pageSize: searchParams.get('page_size') });
    return undefined;
  });
  plain = await run([]);
}, LONG);

afterAll(async () => {
  await meddler.stop();
  await sandbox.stop();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** One shop from its grant to the end of its history, under these faults. */
async function run(faults: readonly Record<string, unknown>[], mode = 'documented') {
  await sandbox.control('DELETE', '/faults');
  await sandbox.control('POST', '/modes', { status: mode });
  const worker = await startLonelyWorkerAt(faults);
  await eventually(
    () => {
      expect(worker.isDone() || worker.seen.isRetired).toBe(true);
    },
    { timeoutMs: 30_000, everyMs: 20 },
  );
  const isOver = worker.seen.isRetired;
  // What was on its way when it ended still arrives; then comes nothing any more.
  await pause(isOver ? 50 : 0);
  const during = calls.length;
  await pause(isOver ? 100 : 0);
  await worker.stop();
  // A page of one row is the count of all, and no page of the history.
  const searches = calls.filter(({ path, pageSize }) => path.endsWith(SEARCH) && pageSize !== '1');
  return {
    ...worker.seen,
    orders: [...worker.ids.order].sort(),
    others: [worker.ids.product.size, worker.ids.statement.size, worker.ids.transaction.size],
    searches,
    after: calls.length - during,
    refreshes: calls.filter(({ path }) => path.endsWith('/token/refresh')).length,
    lists: calls.filter(({ path }) => path.endsWith('/authorization/202309/shops')).length - 1,
    clockRefusals: /clock_refusals_total (\d+)/.exec(await worker.metrics())?.[1],
    isPutOff: /outcome="(throttle|retry)"\} [1-9]/.test(await worker.metrics()),
    struck: searches[AFTER],
    next: searches[AFTER + 1],
  };
}

async function startLonelyWorkerAt(faults: readonly Record<string, unknown>[]) {
  calls = [];
  for (const order of faults) {
    await sandbox.control('POST', '/faults', order);
  }
  return startLonelyWorker({ sandbox, url: meddler.url, clockAt });
}

type Run = Awaited<ReturnType<typeof run>>;

/** What was seen, as the one action that explains it; two at once explain nothing. */
function actionOf(seen: Run): string[] {
  const waited = (seen.next?.at ?? 0) - (seen.struck?.at ?? 0);
  const own = seen.kinds.filter((kind) => !kind.endsWith(' shop_mismatch'));
  return [
    // A busy machine is slow by itself: only after such an answer is it a wait.
    ...(seen.isPutOff && waited >= 950 ? ['waits'] : []),
    ...(Number(seen.next?.pageSize) < Number(seen.struck?.pageSize) ? ['shrinks'] : []),
    ...(seen.refreshes > 0 ? [`renews ${String(seen.refreshes)}`] : []),
    ...(seen.clockRefusals !== '0' ? [`restamps ${String(seen.clockRefusals)}`] : []),
    ...(seen.lists > 0 ? [`confirms ${String(seen.lists)}`] : []),
    ...(seen.isRetired ? ['ends'] : own.map((kind) => `gives up: ${kind.split(' ')[1] ?? ''}`)),
  ];
}

const EXPECTED: Readonly<Record<string, readonly string[]>> = {
  renews: ['renews 1'],
  restamps: ['restamps 1'],
  confirms: ['confirms 1'],
  // The slice is read again in halves: nothing but a call more shows.
  narrows: [],
};

function expectAction(seen: Run, action: Action): void {
  expect(actionOf(seen)).toEqual(EXPECTED[action] ?? [action]);
  expect(seen.searches.length).toBeLessThanOrEqual(plain.searches.length + 8);
  if (action === 'ends') {
    expect(seen.after).toBe(0);
    return;
  }
  expect(seen.isRetired).toBe(false);
  expect([seen.orders, seen.others]).toEqual([plain.orders, plain.others]);
}

describe('what TikTok Shop answers', () => {
  it('is whole where nothing is struck: as many orders as the file holds', async () => {
    const expected = (await sandbox.control('GET', '/expected/retail')) as {
      total: { orders: number };
    };

    expect(plain.orders).toHaveLength(9);
    expect(expected.total.orders).toBe(9);
    expect(actionOf(plain)).toEqual([]);
  });

  it('is known in every row of the sandbox’s table', () => {
    const file = join(repositoryRoot, 'services/tiktok-sandbox/src/domain/fault-table.ts');
    const rows = [...readFileSync(file, 'utf8').matchAll(/^ {2}(\w+): \[/gm)].map(
      ([, name]) => name,
    );

    expect(Object.keys(ROWS).sort()).toEqual(rows.sort());
  });

  it.each(MODES.flatMap((mode) => Object.entries(ROWS).map((row) => [mode, ...row] as const)))(
    'leads, %s, for %s to one action and no other: %s',
    async (mode, name, action) => {
      const fault = { ...PAGES, kind: 'answer', name };

      expectAction(await run([fault], mode), action);
    },
    LONG,
  );

  it.each(MODES.flatMap((mode) => KINDS.map((row) => [mode, ...row] as const)))(
    'leads, %s, for a fault %s to: %s',
    async (mode, kind, action) => {
      const fault = { ...PAGES, kind, retry_after_s: 1 };

      expectAction(await run([fault], mode), action);
    },
    LONG,
  );

  it.each([['slow'], ['endless_page_token'], ['repeated_page_token']])(
    'loses nothing to one %s',
    async (kind) => {
      const seen = await run([{ ...PAGES, kind, delay_ms: 400 }]);

      expect([seen.orders, seen.others, seen.isRetired]).toEqual([
        plain.orders,
        plain.others,
        false,
      ]);
      expect(seen.searches.length).toBeLessThanOrEqual(plain.searches.length + 8);
    },
    LONG,
  );

  it('ends in a bounded number of calls when an answer comes for good', async () => {
    const faults = [{ match: SEARCH, kind: 'answer', name: 'expiredToken', count: 1_000_000 }];
    const worker = await startLonelyWorkerAt(faults);
    await eventually(
      () => {
        expect(worker.seen.kinds.length).toBeGreaterThan(3);
      },
      { timeoutMs: 30_000, everyMs: 20 },
    );
    await worker.stop();

    const refreshes = calls.filter(({ path }) => path.endsWith('/token/refresh')).length;
    // Never more than one renewal for each time that the stream was tried.
    expect(refreshes).toBeLessThanOrEqual(worker.seen.kinds.length + 2);
    expect(worker.seen.isRetired).toBe(false);
  });
});

describe('what the token endpoint answers', () => {
  const expire = { ...PAGES, kind: 'expired_token' };
  it.each([
    ['answer', 'unknownRefresh', true],
    ['answer', 'expiredRefresh', true],
    ['answer', 'internal', false],
    ['answer', 'badParameter', false],
    ['rate_limit', 'internal', false],
    // Lost on its way back: TikTok has changed the token, and the stored one is refused.
    ['drop', 'internal', true],
    ['truncated_json', 'internal', true],
    ['html_503', 'internal', true],
  ])(
    'to a renewal, %s %s: whether the shop then waits for its merchant: %p',
    async (kind, name, isRetired) => {
      const seen = await run([expire, { match: '/token/refresh', kind, name }]);

      expect(seen.isRetired).toBe(isRetired);
      expect(seen.refreshes).toBeLessThanOrEqual(2);
      const isWhole = seen.orders.length === plain.orders.length;
      expect(isWhole).toBe(!isRetired);
    },
    LONG,
  );
});
