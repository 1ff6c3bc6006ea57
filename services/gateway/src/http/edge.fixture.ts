import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShopLifecycle, UsageEvent } from '@tokometrics/contracts';
import { createClock, createHttp, createLogger, createMetrics, createUlid } from '@tokometrics/kit';
import type { HttpServer } from '@tokometrics/kit';
import { Agent } from 'undici';
import { createIdentityClient } from '../adapters/identity-client.ts';
import { createServiceClient } from '../adapters/service-client.ts';
import { createEdgeLimits } from '../domain/edge-limits.ts';
import { createEventStreams } from '../domain/event-streams.ts';
import { dashboardFiles } from './dashboard-files.ts';
import { csrfGuard, rateGuard, securityHeaders, stripInternalHeaders, vouching } from './edge.ts';
import { createEventsHandler } from './events.ts';
import { createProxy } from './proxy.ts';
import { postUsage } from './post-usage.ts';
import { sessionRoutes } from './session-routes.ts';

export const ORIGIN = 'http://localhost:4800';
export const CSRF_KEY = 'k'.repeat(32);
export const TOKEN = 'S'.repeat(43);
/** Whose all shops are. */
export const MERCHANT = '01J8Z3K4M5N6P7Q8R9S0T1V2W3';
const HEARTBEAT_MS = 100;

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

type Answer = readonly [status: number, body: unknown, headers?: Record<string, string>];

/** A service that notes what reaches it and answers what the test says. */
export async function startUpstream(answer: (seen: Seen) => Answer) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: Seen = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      const [status, body, headers = {}] = answer(one);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, server, url: `http://127.0.0.1:${String(portOf(server))}` };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** The edge as it is composed, in front of one upstream that plays all services. */
export async function startEdge(upstream: string, perMinute = 600) {
  const dir = mkdtempSync(join(tmpdir(), 'gateway-'));
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>TokoMetrics</title>');
  writeFileSync(join(dir, 'assets', 'app-1a2b.js'), 'export {};');
  const clock = createClock();
  const usage: UsageEvent[] = [];
  const dispatcher = new Agent();
  const identity = createIdentityClient({ url: upstream, dispatcher });
  const limits = createEdgeLimits(perMinute);
  const ask = (token: string, audience: string) => identity.passport(token, audience);
  const passport = vouching(ask, limits, clock);
  const services = {
    identity: upstream,
    connector: upstream,
    analytics: upstream,
    privacy: upstream,
  };
  const streams = createEventStreams({
    ownerOf: () => ({ merchantId: MERCHANT }) as ShopLifecycle,
    nowMs: () => clock.monotonicMs(),
    firstId: 1_000,
  });
  const http: HttpServer = createHttp({
    name: 'gateway',
    host: '127.0.0.1',
    port: 0,
    trustClientIp: false,
    before: [
      securityHeaders,
      stripInternalHeaders,
      rateGuard(limits, clock),
      csrfGuard({ key: CSRF_KEY, origin: ORIGIN }),
    ],
    routes: [
      ...sessionRoutes({ identity, csrfKey: CSRF_KEY }),
      postUsage({
        passport,
        send: (events) => {
          usage.push(...events);
          return Promise.resolve();
        },
        newId: () => createUlid(clock),
        now: () => clock.now(),
      }),
    ],
    after: [
      createEventsHandler({ streams, passport, heartbeatMs: HEARTBEAT_MS }),
      createProxy({
        services,
        send: createServiceClient(dispatcher),
        passport,
      }),
      ...dashboardFiles(dir),
    ],
    log: createLogger({ service: 'gateway', level: 'silent' }),
    metrics: createMetrics({ service: 'gateway', runtime: false }),
    clock,
  });
  await http.start();
  return {
    url: `http://127.0.0.1:${String(http.address().port)}`,
    usage,
    streams,
    async stop() {
      streams.closeAll();
      await http.stop();
      await dispatcher.close();
    },
  };
}
