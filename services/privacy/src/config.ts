import {
  baseConfig,
  clickhouseConfig,
  mongoConfig,
  passportConfig,
  readConfig,
  secret,
  vaultConfig,
} from '@tokometrics/kit';
import { z } from 'zod';

const pemFile = z.string().min(1);

const schema = z.object({
  ...baseConfig,
  ...mongoConfig,
  ...vaultConfig,
  ...passportConfig,
  CLICKHOUSE_DATABASE: clickhouseConfig.CLICKHOUSE_DATABASE,
  VERIFIER_MONGO_URL: mongoConfig.MONGO_URL.describe('MongoDB as the read-only verifier sees it'),
  VERIFIER_MONGO_DATABASES: z
    .string()
    .regex(/^([a-z]+=[A-Za-z0-9_-]+(,|$))*$/)
    .default('')
    .describe('Databases that differ from the service name, as owner=database,…'),
  VERIFIER_CLICKHOUSE_URL: clickhouseConfig.CLICKHOUSE_URL.describe(
    'ClickHouse as the read-only verifier sees it',
  ),
  VERIFIER_VAULT_ROLE_ID: z.string().min(1).describe('AppRole role id of the verifier'),
  VERIFIER_VAULT_SECRET_ID: secret.describe('AppRole secret id of the verifier'),
  DPO_PORT: z.coerce.number().int().min(0).max(65_535).describe('Port of the DPO listener'),
  DPO_TLS_CERT: pemFile.describe('PEM file: certificate of the DPO listener'),
  DPO_TLS_KEY: pemFile.describe('PEM file: its private key'),
  DPO_TLS_CA: pemFile.describe('PEM file: authority of the client certificates'),
  SWEEP_SECONDS: z.coerce.number().min(1).default(3_600).describe('Between two runs of the sweeps'),
});

export type Config = z.infer<typeof schema>;

export function readPrivacyConfig(env: Readonly<Record<string, string | undefined>>): Config {
  return readConfig(schema, env);
}
