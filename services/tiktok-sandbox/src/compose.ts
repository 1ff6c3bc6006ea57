import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { basename } from 'node:path';
import {
  createClock,
  createMetrics,
  createOps,
  Lifecycle,
  type Lifecycled,
  type Logger,
} from '@tokometrics/kit';
import { readRetailFile } from './adapters/csv-retail-file.ts';
import { openStateFile } from './adapters/state-file.ts';
import { createWebhookSender } from './adapters/webhook-sender.ts';
import type { Config } from './config.ts';
import { createCallLog } from './domain/call-log.ts';
import { createDeauthorize } from './domain/deauthorize.ts';
import { createFaultPlan } from './domain/faults.ts';
import { createGrants } from './domain/grants.ts';
import { adoptEnvironment, initialState, type SeedOptions } from './domain/initial-state.ts';
import { createRateLimiter } from './domain/rate-limiter.ts';
import type { SandboxState } from './domain/sandbox-state.ts';
import { createSandboxClock } from './domain/sandbox-clock.ts';
import { createOutbox } from './domain/webhook-outbox.ts';
import { createWorld } from './domain/world.ts';
import { createApiApp } from './http/api-app.ts';
import { createControlApp } from './http/control-app.ts';
import { createEndpoints } from './http/endpoints.ts';
import { createListener } from './http/listener.ts';

const YEAR_FILE = fileURLToPath(new URL('../data/online_retail.csv.br', import.meta.url));

export interface Sandbox {
  readonly lifecycle: Lifecycle;
  ports(): { api: number; control: number };
}

export function compose(config: Config, log: Logger): Sandbox {
  const clock = createClock(config.CLOCK_AT);
  const realMs = (): number => clock.now().getTime();
  const seedOptions = (): SeedOptions => ({
    nowMs: realMs(),
    rateLimitRps: config.RATE_LIMIT_RPS,
    rateLimitBurst: config.RATE_LIMIT_BURST,
    webhookUrl: config.WEBHOOK_URL,
    ordersFactor: config.ORDERS_FACTOR,
  });
  const freshState = (): SandboxState => initialState(seedOptions());
  const handle = openStateFile({ dir: config.SANDBOX_DATA_DIR, log, initial: freshState });
  const sandboxClock = createSandboxClock(handle, realMs);
  adoptEnvironment(handle.state, seedOptions(), sandboxClock.now());
  const path = config.RETAIL_CSV ?? YEAR_FILE;
  const world = createWorld(
    { name: basename(path), ...readRetailFile(path) },
    { seed: config.SEED, days: config.SYNTHETIC_DAYS },
    handle,
  );

  const faults = createFaultPlan();
  const calls = createCallLog();
  const grants = createGrants({
    handle,
    shops: world.shops,
    now: sandboxClock.now,
    random: randomBytes,
  });
  const outbox = createOutbox({ handle, grants, now: sandboxClock.now });
  const deauthorize = createDeauthorize({ grants, outbox, now: sandboxClock.now });

  const apiApp = createApiApp({
    endpoints: createEndpoints(deauthorize),
    appKey: config.TIKTOK_APP_KEY,
    appSecret: config.TIKTOK_APP_SECRET.reveal(),
    serviceId: config.TIKTOK_SERVICE_ID,
    redirectUrl: config.APP_REDIRECT_URL,
    handle,
    grants,
    faults,
    calls,
    now: sandboxClock.now,
    nowMs: sandboxClock.nowMs,
    takeRate: createRateLimiter(
      () => ({
        rps: handle.state.modes.rateLimitRps,
        burst: handle.state.modes.rateLimitBurst,
      }),
      () => clock.monotonicMs(),
    ),
    random: randomBytes,
    log,
  });
  const controlApp = createControlApp(
    {
      handle,
      clock: sandboxClock,
      world,
      grants,
      faults,
      calls,
      outbox,
      deauthorize,
      freshState,
    },
    log,
  );
  const api = createListener('api', { host: config.HOST, port: config.PORT }, apiApp);
  const control = createListener(
    'control',
    { host: '127.0.0.1', port: config.CONTROL_PORT },
    controlApp,
  );
  const sender = createWebhookSender({
    outbox,
    handle,
    appKey: config.TIKTOK_APP_KEY,
    appSecret: config.TIKTOK_APP_SECRET.reveal(),
    log,
  });
  let isServing = false;
  const ops = createOps({
    host: config.HOST,
    port: config.OPS_PORT,
    metrics: createMetrics({ service: 'tiktok_sandbox' }),
    checks: { ready: { started: () => isServing }, started: () => isServing },
  });
  const serving: Lifecycled = {
    name: 'serving',
    start: () => {
      isServing = true;
      log.info({ port: api.port(), controlPort: control.port() }, 'the sandbox is open');
      return Promise.resolve();
    },
    stop: () => {
      isServing = false;
      return Promise.resolve();
    },
  };
  return {
    lifecycle: new Lifecycle([handle, ops, control, api, sender, serving]),
    ports: () => ({ api: api.port(), control: control.port() }),
  };
}
