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

interface CallRequest {
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

interface Meters {
  readonly calls: ReturnType<typeof callCounter>;
  readonly seconds: ReturnType<typeof callHistogram>;
  readonly clockRefusals: ReturnType<typeof clockCounter>;
}

function callCounter(metrics: Metrics) {
  return metrics.counter({
    name: 'tiktok_calls_total',
    help: 'Calls to TikTok Shop by call and class of the answer',
    labels: ['call', 'outcome'],
  });
}

function callHistogram(metrics: Metrics) {
  return metrics.histogram({
    name: 'tiktok_call_seconds',
    help: 'Time from request to the whole answer',
    labels: ['call'],
  });
}

function clockCounter(metrics: Metrics) {
  return metrics.counter({
    name: 'tiktok_clock_refusals_total',
    help: 'Calls that TikTok Shop refused because of their timestamp: check this machine’s clock',
  });
}

interface History {
  attempts: number;
  hasRenewed: boolean;
  hasRestamped: boolean;
}

export function createTikTokClient(options: TikTokClientOptions): TikTokClient {
  const { metrics } = options;
  const meters: Meters = {
    calls: callCounter(metrics),
    seconds: callHistogram(metrics),
    clockRefusals: clockCounter(metrics),
  };

  const call = async (request: CallRequest): Promise<Reply> => {
    const history: History = { attempts: 0, hasRenewed: false, hasRestamped: false };
    for (;;) {
      if (!request.lane.breaker.allows()) {
        throw new TikTokFault('retry', 'the shop’s host is taken to be down');
      }
      await request.lane.limiter.acquire(request.priority, request.signal);
      const token = await request.credentials.token();
      await request.beforeAttempt?.();
      history.attempts += 1;
      try {
        const reply = await attempt(options, meters, request, token);
        request.lane.breaker.succeeded();
        meters.calls.inc({ call: request.name, outcome: 'ok' });
        return reply;
      } catch (error) {
        if (!(error instanceof TikTokFault)) {
          throw error;
        }
        meters.calls.inc({ call: request.name, outcome: error.kind });
        await react(options, meters, { request, fault: error, history, token });
      }
    }
  };

  return {
    call: (request) =>
      withSpan('tiktok.call', { 'tiktok.call': request.name }, () => call(request)),
  };
}

async function attempt(
  options: TikTokClientOptions,
  meters: Meters,
  request: CallRequest,
  token: string,
): Promise<Reply> {
  const { clock } = options;
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
  const raw = await options.transport.send({
    base: options.api,
    method,
    path,
    query,
    headers: { 'content-type': 'application/json', 'x-tts-access-token': token },
    body,
    signal: request.signal,
  });
  meters.seconds.observe({ call: name }, (clock.monotonicMs() - startedAt) / 1000);
  return readReply(raw);
}

interface Failed {
  readonly request: CallRequest;
  readonly fault: TikTokFault;
  readonly history: History;
  readonly token: string;
}

/** Prepares the next attempt as the class of the refusal asks; throws when there is to be none. */
async function react(
  options: TikTokClientOptions,
  meters: Meters,
  { request, fault, history, token }: Failed,
): Promise<void> {
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
      meters.clockRefusals.inc();
      options.log.error({ code: fault.code }, 'TikTok Shop refuses our clock');
      return;
    case 'give_up':
      throw fault;
  }
}

/** TikTok refuses parameters that are there but empty. */
function withoutEmpty(query: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== ''));
}
