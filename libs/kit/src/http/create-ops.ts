import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Lifecycled } from '../lifecycle.ts';
import type { Metrics } from '../metrics.ts';
import { createListener, type ListenAddress } from './listen.ts';

export type Check = () => boolean | Promise<boolean>;

export interface OpsOptions {
  readonly host: string;
  readonly port: number;
  readonly metrics: Metrics;
  readonly checks: {
    /** Progress of this process, never its dependencies: a red answer gets it restarted. */
    readonly live?: Check;
    /**
     * What its answers need, by name, and nothing else: a red one takes it out of the traffic, also
     * for the pages that could still be served. Kept for 2 s.
     */
    readonly ready: Readonly<Record<string, Check>>;
    readonly started: Check;
  };
  /** More for operators, as JSON: path (`/audit`) → what is answered. Never a value of a merchant. */
  readonly pages?: Readonly<Record<string, () => Promise<unknown>>>;
}

const KEEP_OK_MS = 2000;
const KEEP_FAILING_MS = 250;
const CHECK_TIMEOUT_MS = 2000;

/** `/metrics`, `/livez`, `/readyz`, `/startupz`, on a port of their own that is never published. */
export function createOps(options: OpsOptions): Lifecycled & { address(): ListenAddress } {
  const { host, port, metrics, checks, pages = {} } = options;
  const paths = new Map<string, () => Promise<Answer>>([
    [
      '/metrics',
      async () => ({ ok: true, type: metrics.registry.contentType, text: await metrics.text() }),
    ],
    ['/livez', () => runCheck(checks.live ?? (() => true))],
    ['/readyz', keepWhileFresh(() => runNamed(checks.ready))],
    ['/startupz', () => runCheck(checks.started)],
    ...Object.entries(pages).map(([path, read]): [string, () => Promise<Answer>] => [
      path,
      async () => ({ ok: true, type: 'application/json', text: JSON.stringify(await read()) }),
    ]),
  ]);
  const listener = createListener({ host, port }, (request, response) => {
    void answer(paths, request, response);
  });
  return {
    name: 'ops',
    address: () => listener.address(),
    start: () => listener.listen(),
    stop: () => listener.close(),
  };
}

interface Answer {
  readonly ok: boolean;
  readonly type: string;
  readonly text: string;
}

async function answer(
  paths: ReadonlyMap<string, () => Promise<Answer>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const handler = paths.get((request.url ?? '').split('?')[0] ?? '');
  if (handler === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
    response.writeHead(handler === undefined ? 404 : 405).end();
    return;
  }
  try {
    const { ok, type, text } = await handler();
    response.writeHead(ok ? 200 : 503, { 'content-type': type, 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : text);
  } catch {
    // A collector that failed, or a page of ours: the scrape, or the operator, sees it as down.
    response.writeHead(500).end();
  }
}

async function runCheck(check: Check): Promise<Answer> {
  const ok = await isPassing(check);
  return { ok, type: 'application/json', text: JSON.stringify({ status: ok ? 'ok' : 'failing' }) };
}

/** All at once; what fails is named, so that whoever is woken up knows where to look. */
async function runNamed(checks: Readonly<Record<string, Check>>): Promise<Answer> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => ((await isPassing(check)) ? [] : [name])),
  );
  const failing = results.flat();
  const ok = failing.length === 0;
  const text = JSON.stringify(ok ? { status: 'ok' } : { status: 'failing', failing });
  return { ok, type: 'application/json', text };
}

async function isPassing(check: Check): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  try {
    const timeout = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => {
        resolve(false);
      }, CHECK_TIMEOUT_MS);
    });
    return await Promise.race([check(), timeout]);
  } catch {
    return false; // a check that throws has failed; its owner logs why
  } finally {
    clearTimeout(timer);
  }
}

/** Probes of several watchers cost one look at the dependencies; a red one is soon looked at again. */
function keepWhileFresh(look: () => Promise<Answer>): () => Promise<Answer> {
  let running: Promise<Answer> | undefined;
  let kept: { readonly answer: Answer; readonly untilMs: number } | undefined;
  return async () => {
    if (kept !== undefined && performance.now() < kept.untilMs) {
      return kept.answer;
    }
    running ??= look().finally(() => {
      running = undefined;
    });
    const answer = await running;
    kept = { answer, untilMs: performance.now() + (answer.ok ? KEEP_OK_MS : KEEP_FAILING_MS) };
    return answer;
  };
}
