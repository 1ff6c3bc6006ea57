import { withSpan } from '@tokometrics/kit';
import type { Clock, Logger, Metrics, Secret } from '@tokometrics/kit';
import { nextStep } from './call-policy.ts';
import { buildPath, callSpec } from './calls.ts';
import type { CallName, Versions } from './calls.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import type { Priority, RateLimiter } from './rate-limiter.ts';
import { readReply } from './read-reply.ts';
import type { Reply } from './read-reply.ts';
import { signRequest } from './sign-request.ts';
import { TikTokFault } from '../../domain/tiktok-fault.ts';
import type { Transport } from './transport.ts';

/** Where the access token comes from, and what to do when TikTok refuses it. */
export interface Credentials {
  token(): Promise<string>;
  /** A token newer than the refused one. Throws a fault of kind `reauth` when there is none to be had. */
  renew(refused: string): Promise<string>;
}

/** What one shop's calls share: a rate and the knowledge that its host is down. */
export interface Lane {
  readonly limiter: RateLimiter;
  readonly breaker: CircuitBreaker;
}

export interface CallRequest {
  readonly name: CallName;
  readonly ids?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly cipher?: string;
  readonly credentials: Credentials;
  readonly lane: Lane;
  readonly priority: Priority;
  readonly signal?: AbortSignal;
  /** Runs before each attempt is sent, so that a later attempt counts as a later reading. */
  readonly beforeAttempt?: () => Promise<void>;
}

export interface TikTokClient {
  call(request: CallRequest): Promise<Reply>;
}

export interface TikTokClientOptions {
  readonly transport: Transport;
  readonly api: URL;
  readonly appKey: string;
  readonly appSecret: Secret;
  readonly versions: Versions;
  readonly clock: Clock;
  readonly random: () => number;
  readonly pause: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly metrics: Metrics;
  readonly log: Logger;
}

export function createTikTokClient(options: TikTokClientOptions): TikTokClient {
  const { transport, clock, log } = options;
  const calls = options.metrics.counter({
    name: 'tiktok_calls_total',
    help: 'Calls to TikTok Shop by call and class of the answer',
    labels: ['call', 'outcome'],
  });
  const seconds = options.metrics.histogram({
    name: 'tiktok_call_seconds',
    help: 'Time from request to the whole answer',
    labels: ['call'],
  });
  const clockAlerts = options.metrics.counter({
    name: 'tiktok_clock_refusals_total',
    help: 'Calls that TikTok Shop refused because of their timestamp: check this machine’s clock',
  });

  const attempt = async (request: CallRequest, token: string): Promise<Reply> => {
    const { name, cipher } = request;
    const { method, isShopScoped } = callSpec(name);
    const path = buildPath(name, request.ids, options.versions);
    // One buffer is signed and sent: a body written twice could differ in a space.
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const query: Record<string, string> = {
      ...withoutEmpty(request.query ?? {}),
      app_key: options.appKey,
      timestamp: Math.floor(clock.now().getTime() / 1000).toString(),
      ...(isShopScoped && cipher !== undefined ? { shop_cipher: cipher } : {}),
    };
    query['sign'] = signRequest(options.appSecret.reveal(), { path, query, body });
    const startedAt = clock.monotonicMs();
    const raw = await transport.send({
      base: options.api,
      method,
      path,
      query,
      headers: { 'content-type': 'application/json', 'x-tts-access-token': token },
      body,
      signal: request.signal,
    });
    seconds.observe({ call: name }, (clock.monotonicMs() - startedAt) / 1000);
    return readReply(raw);
  };

  /** Counts what came of an attempt and decides about the next one; throws when there is none. */
  const react = async (
    request: CallRequest,
    fault: TikTokFault,
    history: { attempts: number; hasRenewed: boolean; hasRestamped: boolean },
    token: string,
  ): Promise<void> => {
    calls.inc({ call: request.name, outcome: fault.kind });
    if (fault.kind === 'retry') {
      request.lane.breaker.failed();
    }
    if (fault.kind === 'throttle') {
      request.lane.limiter.throttled();
    }
    const step = nextStep(fault, history, options.random());
    switch (step.kind) {
      case 'wait':
        await options.pause(step.ms, request.signal);
        return;
      case 'renew':
        history.hasRenewed = true;
        await request.credentials.renew(token);
        return;
      case 'restamp':
        history.hasRestamped = true;
        clockAlerts.inc();
        log.error({ code: fault.code }, 'TikTok Shop refuses our clock');
        return;
      case 'give_up':
        throw fault;
    }
  };

  const call = async (request: CallRequest): Promise<Reply> => {
    const history = { attempts: 0, hasRenewed: false, hasRestamped: false };
    for (;;) {
      if (!request.lane.breaker.allows()) {
        throw new TikTokFault('retry', 'the shop’s host is taken to be down');
      }
      await request.lane.limiter.acquire(request.priority, request.signal);
      const token = await request.credentials.token();
      await request.beforeAttempt?.();
      history.attempts += 1;
      try {
        const reply = await attempt(request, token);
        request.lane.breaker.succeeded();
        calls.inc({ call: request.name, outcome: 'ok' });
        return reply;
      } catch (error) {
        if (!(error instanceof TikTokFault)) {
          throw error;
        }
        await react(request, error, history, token);
      }
    }
  };

  return {
    call: (request) =>
      withSpan('tiktok.call', { 'tiktok.call': request.name }, () => call(request)),
  };
}

/** TikTok refuses parameters that are there but empty. */
function withoutEmpty(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}
