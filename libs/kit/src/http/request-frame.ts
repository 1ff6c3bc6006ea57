import type { RequestHandler, Response } from 'express';
import { AppError } from '../errors.ts';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../metrics.ts';
import type { Route } from './define-route.ts';
import { traceIdOf } from './request-scope.ts';
import type { RequestScope } from './serve-route.ts';

interface FrameOptions {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly maxInFlight?: number;
}

const NO_ROUTE = '(none)';
const patterns = new WeakMap<Response, string>();

/** For handlers that are no `Route` (proxies, streams): the pattern under which a request is counted. */
export function nameRequest(response: Response, pattern: string): void {
  patterns.set(response, pattern);
}

/** What surrounds every request: trace id, logger, default headers, request line, metrics, shedding. */
export function createRequestFrame({ log, metrics, maxInFlight = 512 }: FrameOptions) {
  const durations = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labels: ['method', 'route', 'status'],
  });
  const running = metrics.gauge({ name: 'http_requests_in_flight', help: 'Requests being served' });
  const scopes = new WeakMap<Response, RequestScope>();
  const routes = new WeakMap<Response, Route>();
  let inFlight = 0;

  const scope = (response: Response): RequestScope => {
    const found = scopes.get(response);
    if (found === undefined) {
      throw new TypeError('a request outside of its frame');
    }
    return found;
  };

  const open: RequestHandler = (request, response, next) => {
    const traceId = traceIdOf(request);
    const child = log.child({ traceId });
    const beganAt = performance.now();
    scopes.set(response, { traceId, log: child });
    running.set((inFlight += 1));
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');

    // `close` comes once, whether the answer ended or the client went away.
    response.once('close', () => {
      running.set((inFlight -= 1));
      const durationSeconds = (performance.now() - beganAt) / 1000;
      // The pattern, never the URL: paths and queries hold ids and single-use tokens.
      const route = routes.get(response)?.path ?? patterns.get(response) ?? NO_ROUTE;
      const method = KNOWN_METHODS.has(request.method) ? request.method : 'OTHER';
      const status = response.writableFinished ? response.statusCode : 499;
      durations.observe({ method, route, status: String(status) }, durationSeconds);
      const durationMs = Math.round(durationSeconds * 1000);
      child.info({ method, route, status, durationMs }, 'request');
    });
    if (inFlight > maxInFlight) {
      throw new AppError('server.overloaded', 'too many requests at once', {
        details: { retryAfterSeconds: 1 },
      });
    }
    next();
  };

  const nameRoute =
    (route: Route): RequestHandler =>
    (_request, response, next) => {
      routes.set(response, route);
      next();
    };

  return {
    open,
    nameRoute,
    scope,
    routeOf: (response: Response): Route | undefined => routes.get(response),
  };
}

const KNOWN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
