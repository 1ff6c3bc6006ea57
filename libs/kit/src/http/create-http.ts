import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { Clock } from '../clock.ts';
import { AppError, statusOf } from '../errors.ts';
import type { Lifecycled } from '../lifecycle.ts';
import type { Logger } from '../logging.ts';
import type { Metrics } from '../metrics.ts';
import type { PassportVerifier } from '../passports.ts';
import type { Route } from './define-route.ts';
import { createListener, type ListenAddress } from './listen.ts';
import { mapErrorToProblem, PROBLEM_MEDIA_TYPE, retryAfterSeconds } from './problem.ts';
import { createRequestFrame } from './request-frame.ts';
import { serveRoute } from './serve-route.ts';

export interface HttpOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Without a verifier every route that is not anonymous answers 401. */
  readonly passports?: PassportVerifier;
  /** While false every route answers 503. */
  readonly ready?: () => boolean;
  /** Run before all routes, for headers and the like. */
  readonly before?: readonly RequestHandler[];
  /** Run after all routes and before the 404: files, proxies, streams. */
  readonly after?: readonly RequestHandler[];
  /** False at the edge, where the peer is the client itself. Default true. */
  readonly trustClientIp?: boolean;
  /** Beyond this many running requests a new one answers 503. Default 512. */
  readonly maxInFlight?: number;
}

export type HttpServer = Lifecycled & {
  address(): ListenAddress;
  readonly app: Express;
};

export function createHttp(options: HttpOptions): HttpServer {
  const { name, host, port, log } = options;
  const app = createApp(options);
  const listener = createListener({ host, port }, app);
  return {
    name: `http ${name}`,
    app,
    address: () => listener.address(),
    async start() {
      await listener.listen();
      log.info({ port: listener.address().port }, 'listening');
    },
    stop: () => listener.close(),
  };
}

function createApp(options: HttpOptions): Express {
  const { routes, clock, passports } = options;
  const frame = createRequestFrame(options);
  const services = {
    clock,
    passports,
    trustClientIp: options.trustClientIp ?? true,
    ready: options.ready ?? (() => true),
  };
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);
  app.set('case sensitive routing', true);
  app.use(frame.open, ...(options.before ?? []));
  for (const route of routes) {
    app[route.method](route.path, frame.nameRoute(route), serveRoute(route, services, frame.scope));
  }
  for (const path of new Set(routes.map((route) => route.path))) {
    app.all(path, refuseMethod(routes, path));
  }
  app.use(...(options.after ?? []), () => {
    throw new AppError('resource.not_found', 'no such path');
  });
  app.use(answerProblem(frame));
  return app;
}

function refuseMethod(routes: readonly Route[], path: string): RequestHandler {
  const methods = routes.filter((r) => r.path === path).map((r) => r.method.toUpperCase());
  const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
  return (_request, response) => {
    response.setHeader('allow', allow.join(', '));
    throw new AppError('request.method', 'this path has no such method');
  };
}

type Frame = ReturnType<typeof createRequestFrame>;

/** The only place where an error becomes an answer, and where it is logged. */
function answerProblem(frame: Frame): ErrorRequestHandler {
  return (thrown: unknown, _request, response, _next) => {
    const { traceId, log } = frame.scope(response);
    const error = settleError(thrown, frame.routeOf(response), log);
    if (response.headersSent) {
      response.destroy(); // a half answer must not look whole
      return;
    }
    const wait = retryAfterSeconds(error);
    if (wait !== undefined) {
      response.setHeader('retry-after', wait);
    }
    // A cookie or a cache rule that the handler had set before it failed must not go out.
    ['set-cookie', 'etag', 'content-length', 'location'].forEach((header) => {
      response.removeHeader(header);
    });
    response.setHeader('cache-control', 'no-store');
    response.setHeader('content-type', PROBLEM_MEDIA_TYPE);
    response.status(statusOf(error.code)).end(JSON.stringify(mapErrorToProblem(error, traceId)));
  };
}

function settleError(thrown: unknown, route: Route | undefined, log: Logger): AppError {
  const error = thrown instanceof AppError ? thrown : fromFramework(thrown);
  if (error === undefined) {
    log.error({ err: thrown }, 'request failed');
    return new AppError('internal', 'internal');
  }
  if (route !== undefined && !route.errors.includes(error.code)) {
    log.error({ err: thrown, code: error.code }, 'error code that the route does not declare');
    return new AppError('internal', 'internal');
  }
  if (error.code === 'internal') {
    log.error({ err: error }, 'request failed');
  } else if (statusOf(error.code) >= 500) {
    log.warn({ err: error }, 'request not served');
  }
  return error;
}

/** Express itself throws for a path that is not valid percent-encoding. */
function fromFramework(thrown: unknown): AppError | undefined {
  return thrown instanceof URIError ? new AppError('request.invalid', 'malformed path') : undefined;
}
