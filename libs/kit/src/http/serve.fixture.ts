import { z } from 'zod';
import { createClock } from '../clock.ts';
import { createLogger } from '../logging.ts';
import { createMetrics } from '../metrics.ts';
import { AppError } from '../errors.ts';
import type { Passport, PassportVerifier } from '../passports.ts';
import { createHttp, type HttpOptions } from './create-http.ts';
import type { Route } from './define-route.ts';

const passport: Passport = {
  accountId: 'ACCOUNT',
  merchantId: 'MERCHANT',
  roles: ['owner'],
  sessionId: 'SESSION',
  freshUntil: null,
  audience: 'probe',
};

/** Takes a passport as plain JSON; signatures are the subject of passports.test.ts. */
const plainPassports: PassportVerifier = {
  verify(token) {
    try {
      return Promise.resolve({ ...passport, ...z.looseObject({}).parse(JSON.parse(token)) });
    } catch {
      return Promise.reject(new AppError('auth.required', 'the passport is not valid'));
    }
  },
};

export function as(over: Partial<Passport> = {}): Record<string, string> {
  return { 'tm-passport': JSON.stringify(over) };
}

/** The routes behind a real socket, with everything that was logged. */
export async function serve(routes: readonly Route[], over: Partial<HttpOptions> = {}) {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const metrics = createMetrics({ service: 'probe', runtime: false });
  const http = createHttp({
    name: 'probe',
    host: '127.0.0.1',
    port: 0,
    routes,
    log: createLogger({ service: 'probe', level: 'debug', destination }),
    metrics,
    clock: createClock(),
    passports: plainPassports,
    ...over,
  });
  await http.start();
  const origin = `http://127.0.0.1:${String(http.address().port)}`;
  return {
    http,
    metrics,
    origin,
    logged: () => lines.join(''),
    get: (path: string, headers: Record<string, string> = {}) => fetch(origin + path, { headers }),
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      fetch(origin + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    call: (path: string, init: RequestInit) => fetch(origin + path, init),
    [Symbol.asyncDispose]: () => http.stop(),
  };
}

export async function problemOf(response: Response): Promise<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(await response.json());
}
