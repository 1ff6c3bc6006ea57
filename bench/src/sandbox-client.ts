import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { BenchStack } from './bench-stack.ts';

const grant = z.object({ code: z.string() });
const token = z.object({ data: z.object({ access_token: z.string() }) });
const shops = z.object({ data: z.object({ shops: z.array(z.object({ cipher: z.string() })) }) });

export interface SandboxCall {
  readonly method: string;
  /** Path and query, without credentials. */
  readonly target: string;
  readonly body?: string | undefined;
}

/** Asks the sandbox for one seller's shop and does nothing with what it reads. */
export type SandboxClient = (call: SandboxCall) => Promise<unknown>;

interface App {
  readonly url: string;
  readonly key: string;
  readonly secret: string;
  /** Epoch seconds. */
  readonly now: number;
}

export async function connectClient(
  { stack, control }: BenchStack,
  seller: string,
): Promise<SandboxClient> {
  const sandbox = stack.services['tiktok-sandbox'];
  if (sandbox === undefined) {
    throw new Error('the sandbox does not run');
  }
  const { now } = z.object({ now: z.string() }).parse(await control.get('/clock'));
  const app: App = {
    url: sandbox.url,
    key: sandbox.env['TIKTOK_APP_KEY'] ?? '',
    secret: sandbox.env['TIKTOK_APP_SECRET'] ?? '',
    now: Math.floor(Date.parse(now) / 1000),
  };
  const { code } = grant.parse(await control.post('/grants', { seller }));
  const access = await getToken(app, code);
  const authorized = await send(app, access, {
    method: 'GET',
    target: '/authorization/202309/shops',
  });
  const [first] = shops.parse(authorized).data.shops;
  const cipher = first?.cipher ?? '';
  return (call) => send(app, access, call, cipher);
}

async function getToken({ url, key, secret }: App, code: string): Promise<string> {
  const query = new URLSearchParams({
    app_key: key,
    app_secret: secret,
    auth_code: code,
    grant_type: 'authorized_code',
  });
  const response = await fetch(`${url}/api/v2/token/get?${query.toString()}`);
  return token.parse(await response.json()).data.access_token;
}

/** Signed as the platform asks: HMAC over secret, path, sorted parameters, body, secret. */
async function send(
  { url, key, secret, now }: App,
  access: string,
  { method, target, body = '' }: SandboxCall,
  cipher?: string,
): Promise<unknown> {
  const [path = '', query] = target.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('app_key', key);
  parameters.set('timestamp', String(now));
  if (cipher !== undefined) {
    parameters.set('shop_cipher', cipher);
  }
  const sorted = [...parameters].sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => pair.join(''));
  const text = `${secret}${path}${sorted.join('')}${body}${secret}`;
  parameters.set('sign', createHmac('sha256', secret).update(text).digest('hex'));
  const response = await fetch(`${url}${path}?${parameters.toString()}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-tts-access-token': access },
    ...(body === '' ? {} : { body }),
  });
  return response.json();
}
