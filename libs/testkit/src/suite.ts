import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootstrapVault } from '@tokometrics/local';
import type { AppRole } from '@tokometrics/local';
import { engineEnv } from './engine-env.ts';
import type { EngineEnv } from './engine-env.ts';
import { repositoryRoot } from './test-engines.ts';

/** What one test file calls its own on engines that it shares with others. */
export interface SuiteNames {
  readonly mongoDatabase: string;
  readonly clickhouseDatabase: string;
  /** For KAFKA_TOPIC_PREFIX: put before topics and consumer groups. */
  readonly topicPrefix: string;
  readonly kvMount: string;
  readonly transitMount: string;
}

/** `suiteNames(import.meta)`: new names at every run, recognisable by the file. */
export function suiteNames(meta: { readonly url: string }): SuiteNames {
  const file = basename(fileURLToPath(meta.url)).replace(/(\.int|\.e2e|\.fault)?\.test\.tsx?$/, '');
  const short = file.replaceAll(/[^a-z0-9]+/g, '_').slice(0, 20);
  const name = `t_${short}_${randomBytes(4).toString('hex')}`;
  return {
    mongoDatabase: name,
    clickhouseDatabase: name,
    topicPrefix: `${name}.`,
    kvMount: `${name}_kv`,
    transitMount: `${name}_tr`,
  };
}

/** Mounts, policies and AppRoles of one suite; keyed by service name, as the launcher makes them. */
export function createSuiteVault(
  names: SuiteNames,
  env: Pick<EngineEnv, 'VAULT_ADDR' | 'VAULT_ROOT_TOKEN'> = engineEnv(),
): Promise<Readonly<Record<string, AppRole>>> {
  return bootstrapVault({
    address: env.VAULT_ADDR,
    rootToken: env.VAULT_ROOT_TOKEN,
    policiesDir: join(repositoryRoot, 'deploy', 'vault', 'policies'),
    kvMount: names.kvMount,
    transitMount: names.transitMount,
    prefix: `${names.mongoDatabase}-`,
  });
}

export async function createSuiteClickhouse(
  names: SuiteNames,
  env: Pick<EngineEnv, 'CLICKHOUSE_URL'> = engineEnv(),
): Promise<void> {
  const response = await fetch(env.CLICKHOUSE_URL, {
    method: 'POST',
    body: `CREATE DATABASE IF NOT EXISTS ${names.clickhouseDatabase}`,
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`ClickHouse refused the suite's database: ${text.slice(0, 200)}`);
  }
}
