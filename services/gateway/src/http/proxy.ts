import { pipeline } from 'node:stream/promises';
import { AppError, nameRequest } from '@tokometrics/kit';
import type { RequestHandler, Request, Response } from 'express';
import { readCookie, SESSION_COOKIE } from '../domain/cookies.ts';
import type { SendToService, ServiceAnswer } from '../domain/ports.ts';
import { matchRoute } from '../domain/route-table.ts';
import type { RouteMatch, ServiceName } from '../domain/route-table.ts';

export interface ProxyDeps {
  readonly services: Readonly<Record<ServiceName, string>>;
  readonly send: SendToService;
  readonly passport: (sessionToken: string, audience: string) => Promise<{ passport: string }>;
}

const PREFIX = '/api/v1';
const WEBHOOK = '/v1/webhooks/tiktok';
/** So much is handed on in one piece; a stream costs more than it carries. */
const AT_ONCE_BYTES = 256 * 1024;
const FORWARDED = [
  'content-type',
  'content-length',
  'accept',
  'accept-language',
  'if-none-match',
  'if-match',
  'idempotency-key',
  'traceparent',
];
const RETURNED = [
  'content-type',
  'content-length',
  'content-disposition',
  'cache-control',
  'etag',
  'location',
  'retry-after',
  'allow',
];

/** Hands a public path to its service, as whoever the session says. */
export function createProxy(deps: ProxyDeps): RequestHandler {
  return async (request, response, next) => {
    if (request.path === WEBHOOK && request.method === 'POST') {
      await forwardWebhook(deps, request, response);
      return;
    }
    if (!request.path.startsWith(`${PREFIX}/`)) {
      next();
      return;
    }
    const match = matchRoute(request.method, request.path.slice(PREFIX.length));
    if ('allowed' in match) {
      refuse(match.allowed, response);
      return;
    }
    await forward(deps, match, request, response);
  };
}

function refuse(allowed: readonly string[], response: Response): never {
  if (allowed.length === 0) {
    throw new AppError('resource.not_found', 'no such path');
  }
  response.setHeader('allow', allowed.join(', '));
  throw new AppError('request.method', 'this path has no such method');
}

async function forward(deps: ProxyDeps, match: RouteMatch, request: Request, response: Response) {
  const { service, session } = match.route;
  nameRequest(response, `${PREFIX}${match.route.path}`);
  const token = readCookie(request.headers.cookie, SESSION_COOKIE);
  const headers = pick(request);
  if (session === 'required') {
    if (token === undefined) {
      throw new AppError('auth.required', 'sign in to go on');
    }
    headers['tm-passport'] = (await deps.passport(token, service)).passport;
  }
  const query = request.originalUrl.split('?')[1];
  const url = `${deps.services[service]}${match.target}${query === undefined ? '' : `?${query}`}`;
  const answer = await deps.send(url, request, headers);
  if (answer.statusCode >= 400 && isCallbackOfPerson(match, request)) {
    await returnToConnect(answer, response);
    return;
  }
  await answerWith(answer, response);
}

/** Raw bytes and TikTok's own signature, untouched: the connector alone can judge them. */
async function forwardWebhook(deps: ProxyDeps, request: Request, response: Response) {
  nameRequest(response, WEBHOOK);
  const headers = pick(request);
  const signature = request.headers.authorization;
  if (signature !== undefined) {
    headers['authorization'] = signature;
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined) {
    headers['content-encoding'] = encoding;
  }
  await answerWith(
    await deps.send(`${deps.services.connector}${WEBHOOK}`, request, headers),
    response,
  );
}

function pick(request: Request): Record<string, string> {
  const headers: Record<string, string> = {
    'tm-client-ip': request.socket.remoteAddress ?? '0.0.0.0',
  };
  for (const name of FORWARDED) {
    const value = request.headers[name];
    if (typeof value === 'string') {
      headers[name] = value;
    }
  }
  return headers;
}

async function answerWith(answer: ServiceAnswer, response: Response): Promise<void> {
  response.status(answer.statusCode);
  for (const name of RETURNED) {
    const value = answer.headers[name];
    if (value !== undefined) {
      response.setHeader(name, value);
    }
  }
  const length = Number(answer.headers['content-length'] ?? Number.NaN);
  if (length <= AT_ONCE_BYTES) {
    response.end(Buffer.from(await answer.body.arrayBuffer()));
    return;
  }
  await pipeline(answer.body, response);
}

/** A browser that comes back from TikTok shows a page, not a problem document. */
function isCallbackOfPerson({ route }: RouteMatch, request: Request): boolean {
  return route.path === '/shops/callback' && (request.headers.accept ?? '').includes('text/html');
}

async function returnToConnect(answer: ServiceAnswer, response: Response): Promise<void> {
  const body: unknown = await answer.body.json().catch(() => undefined);
  const field = (name: string): unknown =>
    typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  const problem = field('reason') ?? field('code') ?? 'upstream.unavailable';
  const text =
    typeof problem === 'string' && /^[a-z._]{1,60}$/.test(problem) ? problem : 'internal';
  response.setHeader('cache-control', 'no-store');
  response.setHeader('location', `/settings/connect?problem=${text}`);
  response.status(303).end();
}
