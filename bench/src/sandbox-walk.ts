import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { BenchStack } from './bench-stack.ts';

const PAGE_SIZE = '50';
const grant = z.object({ code: z.string() });
const token = z.object({ data: z.object({ access_token: z.string() }) });
const shops = z.object({ data: z.object({ shops: z.array(z.object({ cipher: z.string() })) }) });
const page = z.object({
  data: z.object({
    next_page_token: z.string().default(''),
    orders: z.array(z.object({ line_items: z.array(z.unknown()) })).default([]),
  }),
});

export interface Served {
  readonly orders: number;
  readonly lines: number;
  readonly seconds: number;
}

/** Reads every order of the retail shop once, page by page, with nothing behind it. */
export async function walkSandbox({ stack, control }: BenchStack): Promise<Served> {
  const sandbox = stack.services['tiktok-sandbox'];
  if (sandbox === undefined) {
    throw new Error('the sandbox does not run');
  }
  const app = {
    key: sandbox.env['TIKTOK_APP_KEY'] ?? '',
    secret: sandbox.env['TIKTOK_APP_SECRET'] ?? '',
  };
  const { code } = grant.parse(await control.post('/grants', { seller: 'retail' }));
  const access = await getToken(sandbox.url, app, code);
  const call = createCall(sandbox.url, app, access);
  const now = Math.floor((await controlNow(control)) / 1000);
  const first = shops.parse(await call('GET', '/authorization/202309/shops', {}, now)).data
    .shops[0];
  const query = {
    shop_cipher: first?.cipher ?? '',
    page_size: PAGE_SIZE,
    sort_field: 'create_time',
    sort_order: 'DESC',
  };
  const startedAt = performance.now();
  let orders = 0;
  let lines = 0;
  let next: string | undefined;
  do {
    const more: Record<string, string> = next === undefined ? {} : { page_token: next };
    const answer = await call(
      'POST',
      '/order/202309/orders/search',
      { ...query, ...more },
      now,
      {},
    );
    const { data } = page.parse(answer);
    orders += data.orders.length;
    lines += data.orders.reduce((sum, order) => sum + order.line_items.length, 0);
    next = data.next_page_token === '' ? undefined : data.next_page_token;
  } while (next !== undefined);
  return { orders, lines, seconds: (performance.now() - startedAt) / 1000 };
}

async function controlNow(control: BenchStack['control']): Promise<number> {
  const { now } = z.object({ now: z.string() }).parse(await control.get('/clock'));
  return Date.parse(now);
}

interface App {
  readonly key: string;
  readonly secret: string;
}

async function getToken(url: string, app: App, code: string): Promise<string> {
  const query = new URLSearchParams({
    app_key: app.key,
    app_secret: app.secret,
    auth_code: code,
    grant_type: 'authorized_code',
  });
  const response = await fetch(`${url}/api/v2/token/get?${query.toString()}`);
  return token.parse(await response.json()).data.access_token;
}

type Call = (
  method: 'GET' | 'POST',
  path: string,
  query: Readonly<Record<string, string>>,
  timestamp: number,
  body?: object,
) => Promise<unknown>;

/** Signed as the platform asks: HMAC over secret, path, sorted parameters, body, secret. */
function createCall(url: string, app: App, access: string): Call {
  return async (method, path, query, timestamp, body) => {
    const all: Record<string, string> = {
      ...query,
      app_key: app.key,
      timestamp: String(timestamp),
    };
    const text = body === undefined ? '' : JSON.stringify(body);
    const sorted = Object.keys(all)
      .sort()
      .map((key) => `${key}${all[key] ?? ''}`);
    const mac = createHmac('sha256', app.secret);
    mac.update(`${app.secret}${path}${sorted.join('')}${text}${app.secret}`);
    const parameters = new URLSearchParams({ ...all, sign: mac.digest('hex') });
    const response = await fetch(`${url}${path}?${parameters.toString()}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-tts-access-token': access },
      ...(body === undefined ? {} : { body: text }),
    });
    return response.json();
  };
}
