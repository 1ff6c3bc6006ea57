import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { Passport, PassportVerifier } from '../passports.ts';
import { authorize } from './authorize.ts';
import type { Route } from './define-route.ts';
import { parseQuery } from './parse-request.ts';
import { createRateLimit } from './rate-limit.ts';
import { createBodyReader } from './read-body.ts';
import type { Reply } from './reply.ts';
import { clientIpOf } from './request-scope.ts';

export interface RouteServices {
  readonly clock: Clock;
  readonly passports: PassportVerifier | undefined;
  readonly trustClientIp: boolean;
  readonly ready: () => boolean;
}

export interface RequestScope {
  readonly traceId: string;
  readonly log: Logger;
}

/** One request from its head to its answer; every refusal is thrown and turned into a problem. */
export function serveRoute(
  route: Route,
  services: RouteServices,
  scopeOf: (response: Response) => RequestScope,
): RequestHandler {
  const readBody = createBodyReader(route);
  const countCaller = createRateLimit(route.rateLimit, services.clock);

  return async (request, response) => {
    if (!services.ready()) {
      throw new AppError('upstream.unavailable', 'not ready');
    }
    const { traceId, log } = scopeOf(response);
    const clientIp = clientIpOf(request, services.trustClientIp);
    const passport = await authorize(route, request.headers, services.passports, services.clock);
    countCaller(passport?.sessionId ?? clientIp);
    const query = parseQuery(request.url);
    const { body, rawBody } = await readBody(request, response);

    const answer = await route.run({
      params: request.params,
      query,
      body,
      rawBody,
      passport,
      clientIp,
      headers: request.headers,
      repeatedHeaders: repeatedOf(request),
      log,
      traceId,
      setHeader: (name, value) => {
        response.setHeader(name, value);
      },
    });
    sendReply(route, answer, request, response);
    auditLine(route, log, passport);
  };
}

function repeatedOf({ headersDistinct }: Request): ReadonlySet<string> {
  return new Set(
    Object.entries(headersDistinct).flatMap(([name, values = []]) =>
      values.length > 1 ? [name] : [],
    ),
  );
}

function sendReply(route: Route, answer: Reply, request: Request, response: Response): void {
  const bytes = encodeBody(route, answer);
  response.status(answer.status);
  if (route.cacheControl !== undefined) {
    const etag = etagOf(bytes);
    response.setHeader('cache-control', route.cacheControl);
    response.setHeader('etag', etag);
    if (isKnown(request, etag)) {
      response.status(304).end();
      return;
    }
  }
  if (!(answer.body instanceof Uint8Array) && bytes.length > 0) {
    response.setHeader('content-type', 'application/json; charset=utf-8');
  }
  for (const [name, value] of Object.entries(answer.headers)) {
    response.setHeader(name, value);
  }
  // Not `send`: it would add a charset to the bytes of a file.
  response.setHeader('content-length', bytes.length);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('sha256').update(bytes).digest('base64url')}"`;
}

function isKnown(request: Request, etag: string): boolean {
  const held = (request.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim());
  return held.includes(etag) || held.includes(`W/${etag}`);
}

/** What a schema does not name cannot leave; what it names must be there. */
function encodeBody(route: Route, { status, body }: Reply): Uint8Array {
  if (body instanceof Uint8Array) {
    return body;
  }
  const declared = [route.response, ...route.alternatives].find((row) => row.status === status);
  if (declared === undefined) {
    if (body === undefined && status >= 200 && status < 400) {
      return Buffer.alloc(0);
    }
    throw new TypeError(`the route declares no body for status ${String(status)}`);
  }
  const result = declared.schema.safeParse(body);
  if (!result.success) {
    // Paths and codes only: a message of the schema may quote the value.
    const where = result.error.issues.map(({ path, code }) => `${path.join('.')} ${code}`);
    throw new TypeError(`the answer does not fit its schema: ${where.slice(0, 5).join(', ')}`);
  }
  return result.data === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(result.data));
}

function auditLine(route: Route, log: Logger, passport: Passport | undefined): void {
  if ('action' in route.audit) {
    const { accountId, merchantId, sessionId } = passport ?? {};
    log.info({ action: route.audit.action, accountId, merchantId, sessionId }, 'audit');
  }
}
