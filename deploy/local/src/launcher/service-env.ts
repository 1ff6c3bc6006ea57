import { join } from 'node:path';
import type { Engines } from '../engines/start-engines.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import type { LocalPki } from '../pki/ensure-pki.ts';
import type { ServiceAddresses } from '../services/start-services.ts';
import type { Credentials } from './credentials.ts';

/** What a stack calls its own on engines that others use too; each has a plain default. */
export interface StackNames {
  readonly prefix: string;
  readonly clickhouseDatabase: string;
  readonly topicPrefix: string;
  readonly kvMount: string;
  readonly transitMount: string;
}

export interface StackParts {
  readonly engines: Engines;
  readonly credentials: Credentials;
  readonly certificates: LocalPki;
  readonly mailbox: Pick<Mailbox, 'smtpUrl'>;
  readonly names: Partial<StackNames>;
  readonly root: string;
  readonly dataDir: string;
}

type Env = Readonly<Record<string, string>>;

const WITH_MONGO = ['identity', 'connector', 'ingestion', 'analytics', 'privacy'] as const;

function given(entries: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** For all services alike. */
export function commonEnv({ engines, names }: StackParts): Env {
  const { KAFKA_BROKERS, MONGO_URL, CLICKHOUSE_URL, VAULT_ADDR } = engines.env;
  return given({
    ...{ KAFKA_BROKERS, MONGO_URL, CLICKHOUSE_URL, VAULT_ADDR },
    CLICKHOUSE_DATABASE: names.clickhouseDatabase,
    KAFKA_TOPIC_PREFIX: names.topicPrefix,
    VAULT_KV_MOUNT: names.kvMount,
    VAULT_TRANSIT_MOUNT: names.transitMount,
  });
}

function mongoDatabase(service: string, names: Partial<StackNames>): string {
  return names.prefix === undefined ? service : `${names.prefix}_${service}`;
}

/** What one service needs besides; `addresses` holds the ports of all that start together. */
export function serviceEnv(service: string, addresses: ServiceAddresses, parts: StackParts): Env {
  const { engines, credentials, certificates, mailbox, names } = parts;
  const at = (name: string, key = 'PORT') =>
    `http://127.0.0.1:${String(addresses[name]?.[key] ?? 0)}`;
  const publicUrl = `http://localhost:${String(addresses['gateway']?.['PORT'] ?? 0)}`;
  const sandbox = `http://localhost:${String(addresses['tiktok-sandbox']?.['PORT'] ?? 0)}`;
  const app = {
    TIKTOK_APP_KEY: credentials.tiktokAppKey,
    TIKTOK_APP_SECRET: credentials.tiktokAppSecret,
    TIKTOK_SERVICE_ID: credentials.tiktokServiceId,
  };
  const store: Env = WITH_MONGO.some((name) => name === service)
    ? { MONGO_DATABASE: mongoDatabase(service, names) }
    : {};
  const own: Readonly<Record<string, Env>> = {
    identity: {
      PUBLIC_URL: publicUrl,
      SMTP_URL: mailbox.smtpUrl,
      DEMO_EMAIL: credentials.demoEmail,
      DEMO_PASSWORD: credentials.demoPassword,
    },
    gateway: {
      PUBLIC_URL: publicUrl,
      DASHBOARD_DIR: join(parts.root, 'services', 'dashboard', 'dist'),
      CSRF_KEY: credentials.csrfKey,
    },
    connector: {
      ...app,
      TIKTOK_AUTHORIZE_URL: `${sandbox}/open/authorize`,
      TIKTOK_TOKEN_URL: at('tiktok-sandbox'),
      TIKTOK_API_URL: at('tiktok-sandbox'),
    },
    'tiktok-sandbox': {
      ...app,
      SANDBOX_DATA_DIR: join(parts.dataDir, 'sandbox'),
      APP_REDIRECT_URL: `${publicUrl}/api/v1/shops/callback`,
      WEBHOOK_URL: `${at('connector')}/v1/webhooks/tiktok`,
    },
    privacy: {
      ...given({
        VERIFIER_MONGO_URL: engines.env['MONGO_READONLY_URL'] ?? engines.env['MONGO_URL'],
        VERIFIER_CLICKHOUSE_URL:
          engines.env['CLICKHOUSE_READONLY_URL'] ?? engines.env['CLICKHOUSE_URL'],
      }),
      VERIFIER_MONGO_DATABASES: WITH_MONGO.map(
        (name) => `${name}=${mongoDatabase(name, names)}`,
      ).join(','),
      DPO_TLS_CERT: certificates.server.cert,
      DPO_TLS_KEY: certificates.server.key,
      DPO_TLS_CA: certificates.ca,
    },
  };
  return { ...store, ...own[service] };
}
