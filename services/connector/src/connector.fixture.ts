import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKafka, createMetrics, createVault, createClock, readConfig } from '@tokometrics/kit';
import type { Kafka, Vault } from '@tokometrics/kit';
import {
  aMerchantId,
  anAccountId,
  createMemoryLog,
  createSuiteVault,
  engineEnv,
  freePort,
  repositoryRoot,
  startServiceProcess,
  startTestPassports,
  suiteNames,
} from '@tokometrics/testkit';
import type { MemoryLog, SuiteNames, TestPassports } from '@tokometrics/testkit';
import { compose } from './compose.ts';
import { configSchema } from './config.ts';
import { startMeddler } from './meddler.fixture.ts';
import type { Meddler } from './meddler.fixture.ts';

const SECRET = 'fixture-app-secret-that-must-never-show';
const WEEK_CSV = 'services/tiktok-sandbox/data/online_retail_week_2010-12-01_07.csv.gz';
const APP = { key: 'fixtureappkey', serviceId: '7000000000000000001' };

export interface Sandbox {
  readonly url: string;
  readonly control: (method: string, path: string, body?: unknown) => Promise<unknown>;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The sandbox as a process of its own, as the connector meets it everywhere. */
export async function startSandbox(
  options: { clockAt?: string; webhookUrl?: string; csv?: string; rps?: number } = {},
): Promise<Sandbox> {
  const dataDir = mkdtempSync(join(tmpdir(), 'connector-sandbox-'));
  const controlPort = await freePort();
  const { url, kill } = await startServiceProcess('tiktok-sandbox', {
    CONTROL_PORT: String(controlPort),
    LOG_LEVEL: 'warn',
    TIKTOK_APP_KEY: APP.key,
    TIKTOK_APP_SECRET: SECRET,
    TIKTOK_SERVICE_ID: APP.serviceId,
    APP_REDIRECT_URL: 'http://127.0.0.1:1/api/v1/shops/callback',
    SANDBOX_DATA_DIR: dataDir,
    RETAIL_CSV: options.csv ?? join(repositoryRoot, WEEK_CSV),
    RATE_LIMIT_RPS: String(options.rps ?? 0),
    SYNTHETIC_DAYS: '30',
    ...(options.clockAt === undefined ? {} : { CLOCK_AT: options.clockAt }),
    ...(options.webhookUrl === undefined ? {} : { WEBHOOK_URL: options.webhookUrl }),
  });
  return {
    url,
    control: (method, path, body) =>
      control(`http://127.0.0.1:${String(controlPort)}`, method, path, body),
    env: {
      TIKTOK_AUTHORIZE_URL: `${url}/open/authorize`,
      TIKTOK_TOKEN_URL: url,
      TIKTOK_API_URL: url,
      TIKTOK_APP_KEY: APP.key,
      TIKTOK_APP_SECRET: SECRET,
      TIKTOK_SERVICE_ID: APP.serviceId,
    },
    stop: async () => {
      await kill('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function control(
  base: string,
  method: string,
  path: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(`${base}/control${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`control ${method} ${path}: ${String(response.status)} ${text}`);
  }
  return text === '' ? undefined : JSON.parse(text);
}

export interface Person {
  readonly merchantId: string;
  readonly accountId: string;
  readonly sessionId: string;
}

export const aPerson = (): Person => ({
  merchantId: aMerchantId(),
  accountId: anAccountId(),
  sessionId: `session-${Math.random().toString(36).slice(2)}`,
});

export interface Place {
  readonly names: SuiteNames;
  readonly passports: TestPassports;
  readonly vault: Vault;
  readonly kafka: Kafka;
  readonly log: MemoryLog;
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

/** Names, credentials and clients of one test file; several connectors may run in it, one by one. */
export async function openPlace(
  meta: { url: string },
  platform: Pick<Sandbox, 'env'>,
): Promise<Place> {
  const names = suiteNames(meta);
  const engines = engineEnv();
  const roles = await createSuiteVault(names);
  const passports = await startTestPassports();
  const log = createMemoryLog('info');
  const role = roles['connector'];
  if (role === undefined) {
    throw new Error('no Vault role for the connector');
  }
  const clock = createClock();
  const kafka = createKafka({
    brokers: engines.KAFKA_BROKERS,
    clientId: 'connector-fixture',
    topicPrefix: names.topicPrefix,
    log: log.log,
    metrics: createMetrics({ service: 'fixture', runtime: false }),
  });
  // Reads the sealed bodies back, with ingestion's rights: it may open, not seal.
  const ingestion = roles['ingestion'] ?? role;
  const vault = createVault({
    address: engines.VAULT_ADDR,
    roleId: ingestion.roleId,
    secretId: ingestion.secretId,
    kvMount: names.kvMount,
    transitMount: names.transitMount,
    log: log.log,
    clock,
  });
  await vault.start();
  return {
    names,
    passports,
    vault,
    kafka,
    log,
    env: {
      KAFKA_BROKERS: engines.KAFKA_BROKERS,
      KAFKA_TOPIC_PREFIX: names.topicPrefix,
      MONGO_URL: engines.MONGO_URL,
      MONGO_DATABASE: names.mongoDatabase,
      VAULT_ADDR: engines.VAULT_ADDR,
      VAULT_ROLE_ID: role.roleId,
      VAULT_SECRET_ID: role.secretId,
      VAULT_KV_MOUNT: names.kvMount,
      VAULT_TRANSIT_MOUNT: names.transitMount,
      IDENTITY_URL: passports.identityUrl,
      TIKTOK_RATE_START: '500',
      TIKTOK_RATE_CEILING: '500',
      POLL_INTERVAL_MS: '1000',
      FINANCE_INTERVAL_MS: '2000',
      LEASE_MS: '3000',
      ...platform.env,
    },
    stop: async () => {
      await vault.stop();
      await passports.stop();
    },
  };
}

export interface Running {
  readonly url: string;
  readonly opsUrl: string;
  readonly call: (
    person: Person,
    method: string,
    path: string,
    body?: unknown,
  ) => Promise<{ status: number; body: unknown; location: string | null }>;
  stop(): Promise<void>;
}

/** Calls as the gateway makes them: with a passport of the person. */
export function callerOf(place: Place, url: string): Running['call'] {
  return async (person, method, path, body) => {
    const issuedAt = Math.floor(createClock(place.env['CLOCK_AT']).now().getTime() / 1000);
    const passport = place.passports.headers({
      audience: 'connector',
      ...person,
      issuedAt,
      freshUntil: issuedAt + 600,
    });
    const response = await fetch(`${url}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...passport,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
      location: response.headers.get('location'),
    };
  };
}

/** The whole service, composed as in main.ts, in this process. */
export async function startConnector(
  place: Place,
  overrides: Record<string, string> = {},
): Promise<Running> {
  const opsPort = await freePort();
  const config = readConfig(configSchema, {
    ...place.env,
    PORT: '0',
    OPS_PORT: String(opsPort),
    ...overrides,
  });
  const { lifecycle, http } = compose(config, place.log.log);
  await lifecycle.start();
  const { port } = http.address();
  const url = `http://127.0.0.1:${String(port)}`;
  const opsUrl = `http://127.0.0.1:${String(opsPort)}`;
  return { url, opsUrl, stop: () => lifecycle.stop(), call: callerOf(place, url) };
}

/** For this instant the figures of the week's file are known. */
export const RETAIL_NOW = '2026-11-23T12:00:00.000Z';

export interface Ground {
  readonly sandbox: Sandbox;
  /** Between the connector and the sandbox's API. */
  readonly meddler: Meddler;
  readonly place: Place;
  stop(): Promise<void>;
}

export interface Stage extends Ground {
  readonly running: Running;
}

interface StageOptions {
  /** The machine's own clock instead of the week's instant. */
  readonly isToday?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a test file stands on: a sandbox, who meddles with it, names on the engines. */
export async function openGround(
  meta: { url: string },
  { isToday = false, env = {} }: StageOptions = {},
): Promise<Ground> {
  const clockAt = isToday ? undefined : `${RETAIL_NOW}@${new Date().toISOString()}`;
  const sandbox = await startSandbox(clockAt === undefined ? {} : { clockAt });
  const meddler = await startMeddler(sandbox.url);
  const place = await openPlace(meta, sandbox);
  Object.assign(place.env, {
    TIKTOK_API_URL: meddler.url,
    ...(clockAt === undefined ? {} : { CLOCK_AT: clockAt }),
    ...env,
  });
  return {
    ...{ sandbox, meddler, place },
    stop: async () => {
      await place.stop();
      await meddler.stop();
      await sandbox.stop();
    },
  };
}

/** The same with the whole service on it, in this process. */
export async function openStage(meta: { url: string }, options: StageOptions = {}): Promise<Stage> {
  const ground = await openGround(meta, options);
  const running = await startConnector(ground.place);
  return {
    ...{ ...ground, running },
    stop: async () => {
      await running.stop();
      await ground.stop();
    },
  };
}

export const RETAIL_SCOPES = [
  'seller.authorization.info',
  'seller.order.info',
  'seller.product.basic',
  'seller.finance.info',
];

/** The way of a person: begin, approve at TikTok, come back. Answers with the outcome. */
export async function connect(
  running: Pick<Running, 'call'>,
  sandbox: Sandbox,
  person: Person,
  wish: { seller?: string; scopes?: readonly string[]; region?: string; timezone?: string } = {},
): Promise<{
  state: string;
  shops: { shopKey: string }[];
  missing: string[];
  reason: string | null;
}> {
  const begun = await running.call(person, 'POST', '/v1/shops/connect', {
    region: wish.region ?? 'GB',
    timezone: wish.timezone ?? 'Europe/London',
  });
  const { authorizeUrl, connectId } = begun.body as { authorizeUrl: string; connectId: string };
  const state = new URL(authorizeUrl).searchParams.get('state') ?? '';
  const grant = (await sandbox.control('POST', '/grants', {
    seller: wish.seller ?? 'retail',
    scopes: wish.scopes ?? RETAIL_SCOPES,
  })) as { code: string };
  const query = new URLSearchParams({ app_key: APP.key, code: grant.code, state, locale: 'en' });
  const back = await running.call(person, 'GET', `/v1/shops/callback?${query.toString()}`);
  if (back.status !== 303 || back.location !== `/settings/connect?connectId=${connectId}`) {
    throw new Error(`the callback answered ${String(back.status)}`);
  }
  const outcome = await running.call(person, 'GET', `/v1/shops/connect/${connectId}`);
  return outcome.body as Awaited<ReturnType<typeof connect>>;
}

interface ShownStage {
  readonly resource: string;
  readonly state: string;
  readonly error: string | null;
  readonly progress: { readonly done: number; readonly total: number | null };
}
export interface ShownShop {
  readonly shopKey: string;
  readonly status: string;
  readonly sync: { readonly stages: readonly ShownStage[] };
}

/** What the person sees of a shop. */
export async function shownShop(
  running: Pick<Running, 'call'>,
  person: Person,
  shopKey: string,
): Promise<ShownShop> {
  const { body } = await running.call(person, 'GET', '/v1/shops');
  const found = (body as { items: ShownShop[] }).items.find((shop) => shop.shopKey === shopKey);
  if (found === undefined) {
    throw new Error('the shop is not shown');
  }
  return found;
}

export const statesOf = ({ sync }: ShownShop): string[] => sync.stages.map(({ state }) => state);

export { SECRET as FIXTURE_SECRET, APP as FIXTURE_APP };
