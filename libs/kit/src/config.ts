import { z } from 'zod';
import { createUlid } from './ids.ts';
import { secret } from './secret.ts';

/** Names the keys that were refused and why, never their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly keys: readonly string[];

  constructor(problems: readonly { readonly key: string; readonly code: string }[]) {
    super(`configuration refused: ${problems.map((p) => `${p.key} (${p.code})`).join(', ')}`);
    this.keys = problems.map((problem) => problem.key);
  }
}

/** Reads only the keys of the schema; an empty variable counts as absent. */
export function readConfig<S extends z.ZodObject>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const given = Object.keys(schema.shape)
    .map((key) => [key, env[key]] as const)
    .filter(([, value]) => value !== undefined && value !== '');
  const result = schema.safeParse(Object.fromEntries(given));
  if (!result.success) {
    throw new ConfigError(
      result.error.issues.map(({ path, code }) => {
        const key = path[0] === undefined ? '(all)' : String(path[0]);
        return { key, code: env[key] ? code : 'missing' };
      }),
    );
  }
  return result.data;
}

const port = z.coerce.number().int().min(0).max(65_535);

/** Keys that every back-end service reads. */
export const baseConfig = {
  PORT: port.describe('Port of the API; 0 takes a free one'),
  OPS_PORT: port.describe('Port of /metrics, /livez, /readyz and /startupz; never published'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address that both ports listen on'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level that is logged'),
  CLOCK_AT: z
    .string()
    .optional()
    .describe('Moved clock for tests, <shown instant>@<real instant>; loopback engines only'),
  INSTANCE_ID: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,64}$/)
    .default(() => createUlid())
    .describe('Name of this process among its replicas; random by default'),
  KAFKA_BROKERS: z.string().min(1).describe('Comma-separated host:port list'),
  KAFKA_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,64}$/)
    .default('')
    .describe('Put before every topic and group name'),
};

export const mongoConfig = {
  MONGO_URL: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//)
    .describe('MongoDB connection string'),
  MONGO_DATABASE: z.string().min(1).optional().describe('Database; the service name by default'),
};

export const clickhouseConfig = {
  CLICKHOUSE_URL: z.url({ protocol: /^https?$/ }).describe('HTTP interface of ClickHouse'),
  CLICKHOUSE_DATABASE: z.string().min(1).default('tokometrics').describe('ClickHouse database'),
};

export const vaultConfig = {
  VAULT_ADDR: z.url({ protocol: /^https?$/ }).describe('Address of Vault'),
  VAULT_ROLE_ID: z.string().min(1).describe('AppRole role id'),
  VAULT_SECRET_ID: secret.describe('AppRole secret id'),
  VAULT_KV_MOUNT: z.string().min(1).default('secret').describe('Mount of the KV v2 engine'),
  VAULT_TRANSIT_MOUNT: z.string().min(1).default('transit').describe('Mount of Transit'),
};

export const passportConfig = {
  IDENTITY_URL: z
    .url({ protocol: /^https?$/ })
    .describe('Identity, whose /v1/passport-keys verify passports'),
};
