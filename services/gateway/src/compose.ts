import { shopOfScope, TOPIC, TOPICS } from '@tokometrics/contracts';
import { createFences, createShopProjection } from '@tokometrics/erasure';
import {
  createClock,
  createHttp,
  createKafka,
  createMetrics,
  createOps,
  createUlid,
  createVault,
  Lifecycle,
} from '@tokometrics/kit';
import type { Lifecycled, Logger, Producer } from '@tokometrics/kit';
import { Agent } from 'undici';
import { createIdentityClient } from './adapters/identity-client.ts';
import { createServiceClient } from './adapters/service-client.ts';
import type { Config } from './config.ts';
import { createEdgeLimits } from './domain/edge-limits.ts';
import { createEventStreams } from './domain/event-streams.ts';
import { dashboardFiles } from './http/dashboard-files.ts';
import {
  csrfGuard,
  rateGuard,
  securityHeaders,
  stripInternalHeaders,
  vouching,
} from './http/edge.ts';
import { createEventsHandler } from './http/events.ts';
import { getHealth } from './http/get-health.ts';
import { createProxy } from './http/proxy.ts';
import { postUsage } from './http/post-usage.ts';
import { sessionRoutes } from './http/session-routes.ts';
import { sendUsage } from './messaging/send-usage.ts';
import { onNotice } from './messaging/on-notice.ts';

const SERVICE = 'gateway';

export function compose(config: Config, log: Logger): Lifecycle {
  const clock = createClock(config.CLOCK_AT);
  const metrics = createMetrics({ service: SERVICE });
  const kafka = createKafka({
    brokers: config.KAFKA_BROKERS,
    clientId: `${SERVICE}-${config.INSTANCE_ID}`,
    topicPrefix: config.KAFKA_TOPIC_PREFIX,
    log,
    metrics,
  });
  const vault = createVault({
    address: config.VAULT_ADDR,
    roleId: config.VAULT_ROLE_ID,
    secretId: config.VAULT_SECRET_ID,
    kvMount: config.VAULT_KV_MOUNT,
    transitMount: config.VAULT_TRANSIT_MOUNT,
    log,
    clock,
  });
  const dispatcher = new Agent({ connections: 64, pipelining: 1, keepAliveTimeout: 4_000 });
  const producer = kafka.producer();
  const shops = createShopProjection(kafka, `${SERVICE}-shops-${config.INSTANCE_ID}`, log);
  const streams = createEventStreams({
    ownerOf: (shopKey) => shops.find(shopKey),
    nowMs: () => clock.monotonicMs(),
    // Above every number that an earlier start has given out.
    firstId: clock.now().getTime(),
  });
  const fences = createFences({
    kafka,
    producer,
    vault,
    service: SERVICE,
    instanceId: config.INSTANCE_ID,
    clock,
    log,
    onFence: (scope) => {
      streams.forget(shopOfScope(scope) ?? '');
      return Promise.resolve();
    },
  });
  const notices = kafka.tail({
    group: `${SERVICE}-notices-${config.INSTANCE_ID}`,
    topic: TOPIC.notice,
    from: 'latest',
    onMessage: (message) => {
      onNotice((parsed) => {
        streams.publish(parsed);
      }, message);
    },
  });
  const http = createEdge(config, { log, metrics, clock, dispatcher, streams, producer });
  const work = new Lifecycle([
    vault,
    step('topics', () => kafka.ensureTopics(TOPICS)),
    producer,
    shops,
    fences,
    notices,
    { name: 'streams', start: () => Promise.resolve(), stop: () => close(streams, dispatcher) },
    http,
  ]);
  const ops = createOps({
    host: config.HOST,
    port: config.OPS_PORT,
    metrics,
    checks: {
      ready: { started: () => work.isStarted() },
      started: () => work.isStarted(),
    },
  });
  return new Lifecycle([ops, work]);
}

interface EdgeParts {
  readonly log: Logger;
  readonly metrics: ReturnType<typeof createMetrics>;
  readonly clock: ReturnType<typeof createClock>;
  readonly dispatcher: Agent;
  readonly streams: ReturnType<typeof createEventStreams>;
  readonly producer: Pick<Producer, 'send'>;
}

function createEdge(config: Config, parts: EdgeParts): Lifecycled {
  const { log, metrics, clock, dispatcher, streams, producer } = parts;
  const identity = createIdentityClient({ url: config.IDENTITY_URL, dispatcher });
  const limits = createEdgeLimits(config.RATE_LIMIT_PER_MINUTE);
  const ask = (token: string, audience: string) => identity.passport(token, audience);
  const passport = vouching(ask, limits, clock);
  const csrfKey = config.CSRF_KEY.reveal();
  const origin = new URL(config.PUBLIC_URL).origin;
  return createHttp({
    name: SERVICE,
    host: config.HOST,
    port: config.PORT,
    trustClientIp: false,
    before: [
      securityHeaders,
      stripInternalHeaders,
      rateGuard(limits, clock),
      csrfGuard({ key: csrfKey, origin }),
    ],
    routes: [
      ...sessionRoutes({ identity, csrfKey }),
      postUsage({
        passport,
        send: sendUsage(producer),
        newId: () => createUlid(clock),
        now: () => clock.now(),
      }),
      getHealth(() => true),
    ],
    after: [
      createEventsHandler({ streams, passport }),
      createProxy({
        services: {
          identity: config.IDENTITY_URL,
          connector: config.CONNECTOR_URL,
          analytics: config.ANALYTICS_URL,
          privacy: config.PRIVACY_URL,
        },
        send: createServiceClient(dispatcher),
        passport,
      }),
      ...dashboardFiles(config.DASHBOARD_DIR),
    ],
    log,
    metrics,
    clock,
  });
}

function step(name: string, start: () => Promise<void>): Lifecycled {
  return { name, start, stop: () => Promise.resolve() };
}

async function close(
  streams: ReturnType<typeof createEventStreams>,
  dispatcher: Agent,
): Promise<void> {
  streams.closeAll();
  await dispatcher.close();
}
