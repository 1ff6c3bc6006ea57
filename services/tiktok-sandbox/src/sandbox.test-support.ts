import { createHmac } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readConfig } from '@tokometrics/kit';
import { createMemoryLog } from '@tokometrics/testkit';
import { compose } from './compose.ts';
import { configSchema } from './config.ts';

export const APP_KEY = '29a39d';
export const APP_SECRET = 'e59af819cc';
const WEEK_CSV = fileURLToPath(
  new URL('../data/online_retail_week_2010-12-01_07.csv.gz', import.meta.url),
);
const ACCEPTANCE_NOW = '2026-11-23T12:00:00Z';

type Json = Readonly<Record<string, unknown>>;

interface Envelope {
  readonly code: number;
  readonly message: string;
  readonly request_id: string;
  readonly data: Json | null;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Envelope;
}

export interface CallOptions {
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly method?: string;
  readonly token?: string;
  /** Changes the signed URL before it is sent. */
  readonly tamper?: (url: URL) => void;
  readonly contentType?: string;
}

export interface OpenOptions {
  readonly csv?: string;
  readonly now?: string;
  readonly dir?: string;
  readonly env?: Record<string, string>;
}

export type OpenSandbox = Awaited<ReturnType<typeof openSandbox>>;

/** A sandbox of its own on free ports, with a clock that stands still unless a test moves it. */
export async function openSandbox(options: OpenOptions = {}) {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'tiktok-sandbox-'));
  const memory = createMemoryLog();
  const config = readConfig(configSchema, {
    PORT: '0',
    OPS_PORT: '0',
    CONTROL_PORT: '0',
    TIKTOK_APP_KEY: APP_KEY,
    TIKTOK_APP_SECRET: APP_SECRET,
    TIKTOK_SERVICE_ID: '7001',
    APP_REDIRECT_URL: 'http://localhost:4800/api/v1/shops/callback',
    SANDBOX_DATA_DIR: dir,
    RETAIL_CSV: options.csv ?? WEEK_CSV,
    SYNTHETIC_DAYS: '20',
    RATE_LIMIT_RPS: '0',
    CLOCK_AT: `${options.now ?? ACCEPTANCE_NOW}@${new Date().toISOString()}`,
    ...options.env,
  });
  const sandbox = compose(config, memory.log);
  await sandbox.lifecycle.start();
  const { api, control } = sandbox.ports();
  const apiUrl = `http://127.0.0.1:${String(api)}`;
  const controlApi = createControl(`http://127.0.0.1:${String(control)}`);
  if (options.dir === undefined) {
    await controlApi.post('/control/clock', { stop: true });
  }
  return {
    dir,
    apiUrl,
    log: memory,
    control: controlApi,
    stop: () => sandbox.lifecycle.stop(),
    call: (path: string, call: CallOptions = {}) => callApi(apiUrl, controlApi.nowS, path, call),
    token: (path: string, query: Record<string, string>) =>
      send(`${apiUrl}${path}?${new URLSearchParams(query).toString()}`, {}),
  };
}

export interface Control {
  get(path: string): Promise<Json>;
  post(path: string, body?: unknown): Promise<{ status: number; body: Json }>;
  remove(path: string): Promise<unknown>;
  nowS(): Promise<number>;
}

function createControl(base: string): Control {
  const get = async (path: string): Promise<Json> =>
    (await (await fetch(base + path)).json()) as Json;
  return {
    get,
    post: async (path, body = {}) => {
      const response = await fetch(base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Json };
    },
    remove: async (path) => (await fetch(base + path, { method: 'DELETE' })).json(),
    nowS: async () => {
      const { now } = await get('/control/clock');
      return Math.floor(Date.parse(String(now)) / 1000);
    },
  };
}

/** A client of its own: it signs by the published steps and shares no code with the sandbox. */
async function callApi(
  base: string,
  nowS: () => Promise<number>,
  path: string,
  { query = {}, body, method, token = '', tamper, contentType }: CallOptions,
): Promise<Reply> {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const all: Record<string, string> = {
    app_key: APP_KEY,
    timestamp: String(await nowS()),
    ...query,
  };
  all['sign'] ??= signAs(APP_SECRET, path, all, text);
  const url = new URL(base + path);
  for (const [key, value] of Object.entries(all)) {
    url.searchParams.append(key, value);
  }
  tamper?.(url);
  return send(url.href, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      'x-tts-access-token': token,
      'content-type': contentType ?? 'application/json',
    },
    ...(text === '' ? {} : { body: text }),
  });
}

export function signAs(
  secret: string,
  path: string,
  query: Record<string, string>,
  body: string,
): string {
  const pairs = Object.keys(query)
    .filter((key) => key !== 'sign' && key !== 'access_token')
    .sort()
    .map((key) => `${key}${query[key] ?? ''}`);
  const text = `${secret}${path}${pairs.join('')}${body}${secret}`;
  return createHmac('sha256', secret).update(text).digest('hex');
}

async function send(url: string, init: RequestInit): Promise<Reply> {
  const response = await fetch(url, { ...init, redirect: 'manual' });
  const text = await response.text();
  let body = {} as Envelope;
  try {
    body = JSON.parse(text) as Envelope;
  } catch {
    // A fault on purpose: the test looks at the text.
  }
  return { status: response.status, headers: response.headers, text, body };
}

export interface Connection {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly cipher: string;
  readonly shopId: string;
  readonly call: (path: string, options?: CallOptions) => Promise<Reply>;
  /** Every page of a list, put together. */
  readonly all: <T = Row>(path: string, list: string, options?: CallOptions) => Promise<T[]>;
}

type Row = Json;

export async function connect(
  sandbox: OpenSandbox,
  seller: 'retail' | 'synthetic' = 'retail',
  scopes?: string[],
  region?: 'ID' | 'US',
): Promise<Connection> {
  const { body } = await sandbox.control.post('/control/grants', {
    seller,
    ...(scopes === undefined ? {} : { scopes }),
  });
  const tokens = await sandbox.token('/api/v2/token/get', {
    app_key: APP_KEY,
    app_secret: APP_SECRET,
    auth_code: String(body['code']),
    grant_type: 'authorized_code',
  });
  const data = (tokens.body.data ?? {}) as Record<string, string>;
  const token = data['access_token'] ?? '';
  const listed = await sandbox.call('/authorization/202309/shops', { token });
  const shops = (listed.body.data?.['shops'] ?? []) as Record<string, string>[];
  const shop = shops.find((one) => region === undefined || one['region'] === region);
  const cipher = shop?.['cipher'] ?? '';
  const call = (path: string, options: CallOptions = {}): Promise<Reply> =>
    sandbox.call(path, {
      token,
      ...options,
      query: { shop_cipher: cipher, ...options.query },
    });
  return {
    accessToken: token,
    refreshToken: data['refresh_token'] ?? '',
    cipher,
    shopId: shop?.['id'] ?? '',
    call,
    all: async <T>(path: string, list: string, options?: CallOptions) =>
      (await readAll(call, path, list, options)) as T[],
  };
}

async function readAll(
  call: Connection['call'],
  path: string,
  list: string,
  options: CallOptions = {},
): Promise<Row[]> {
  const rows: Row[] = [];
  let next: string | undefined;
  do {
    const query = { ...options.query, ...(next === undefined ? {} : { page_token: next }) };
    const { body } = await call(path, { ...options, query });
    if (body.code !== 0 || body.data === null) {
      throw new Error(`${path}: ${String(body.code)} ${body.message}`);
    }
    rows.push(...((body.data[list] ?? []) as Row[]));
    next = body.data['next_page_token'] as string | undefined;
  } while (next !== undefined && next !== '');
  return rows;
}
