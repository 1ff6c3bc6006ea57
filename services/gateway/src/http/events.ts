import { AppError, nameRequest } from '@tokometrics/kit';
import type { RequestHandler, Response } from 'express';
import type { PassportReply } from '@tokometrics/contracts';
import { readCookie, SESSION_COOKIE } from '../domain/cookies.ts';
import type { EventStreams, StreamClient } from '../domain/event-streams.ts';

export interface EventDeps {
  readonly streams: EventStreams;
  readonly passport: (sessionToken: string, audience: string) => Promise<PassportReply>;
  readonly heartbeatMs?: number;
}

const PATH = '/api/v1/events';
const HEARTBEAT_MS = 15_000;
// A session that ended elsewhere loses its stream within two heartbeats.
const RECHECK_EVERY = 2;
// Our own page waits until it is looked at again; a browser that comes back by itself waits this long.
const DISPLACED_MS = 600_000;

/** Server-sent events: which pages should read again. Ids alone, so rights are checked at the read. */
export function createEventsHandler(deps: EventDeps): RequestHandler {
  return async (request, response, next) => {
    if (request.path !== PATH || request.method !== 'GET') {
      next();
      return;
    }
    nameRequest(response, PATH);
    const token = readCookie(request.headers.cookie, SESSION_COOKIE);
    if (token === undefined) {
      throw new AppError('auth.required', 'sign in to go on');
    }
    const who = await deps.passport(token, 'gateway');
    open(deps, response, { token, who, lastEventId: request.headers['last-event-id'] });
  };
}

interface Opening {
  readonly token: string;
  readonly who: PassportReply;
  readonly lastEventId: string | string[] | undefined;
}

function open(deps: EventDeps, response: Response, { token, who, lastEventId }: Opening): void {
  const client: StreamClient = {
    merchantId: who.merchantId,
    sessionId: who.sessionId,
    send: ({ id, type, data }) => {
      response.write(`id: ${String(id)}\nevent: ${type}\ndata: ${data}\n\n`);
    },
    close: () => response.end(),
    displace: () => response.end(`retry: ${String(DISPLACED_MS)}\nevent: displaced\ndata: {}\n\n`),
  };
  const last = typeof lastEventId === 'string' ? Number(lastEventId) : Number.NaN;
  response.setHeader('content-type', 'text/event-stream');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('x-accel-buffering', 'no');
  response.flushHeaders();
  const isBack = Number.isSafeInteger(last);
  response.write('retry: 3000\n');
  response.write(isBack ? '\n' : standing(deps));
  deps.streams.add(client, isBack ? last : undefined);
  keepAlive(deps, response, client, token);
}

/** An id without an event: a line that breaks goes on from here, and not from an event of long ago. */
const standing = ({ streams }: EventDeps): string => `id: ${String(streams.lastId())}\n\n`;

function keepAlive(deps: EventDeps, response: Response, client: StreamClient, token: string): void {
  let beats = 0;
  const timer = setInterval(() => {
    beats += 1;
    response.write(`: heartbeat\n${standing(deps)}`);
    if (beats % RECHECK_EVERY === 0) {
      deps.passport(token, 'gateway').catch((error: unknown) => {
        // Only a session that is over ends the stream; identity being away for a moment does not.
        if (error instanceof AppError && error.code === 'auth.required') {
          response.end('event: session.ended\ndata: {}\n\n');
        }
      });
    }
  }, deps.heartbeatMs ?? HEARTBEAT_MS);
  response.on('close', () => {
    clearInterval(timer);
    deps.streams.remove(client);
  });
}
