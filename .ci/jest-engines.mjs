/**
 * Jest's global set-up when a project is run by hand: starts the engines once if a test file of the
 * run needs them and their addresses are not given. `npm test` gives them and does not come here.
 */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { startSharedEngines } from './lib/engines.mjs';
import { kindOf, WITH_ENGINES } from './lib/kinds.mjs';

const ADDRESSES = [
  'KAFKA_BROKERS',
  'MONGO_URL',
  'CLICKHOUSE_URL',
  'VAULT_ADDR',
  'VAULT_ROOT_TOKEN',
];

export default async function setUp(globalConfig, projectConfig) {
  const patterns = (globalConfig.testPathPatterns?.patterns ?? []).map((one) => new RegExp(one));
  const needsEngines = globSync('src/**/*.test.ts', { cwd: projectConfig.rootDir })
    .map((file) => join(projectConfig.rootDir, file))
    .filter((file) => patterns.length === 0 || patterns.some((pattern) => pattern.test(file)))
    .some((file) => WITH_ENGINES.includes(kindOf(file)));
  if (!needsEngines || ADDRESSES.every((key) => process.env[key] !== undefined)) {
    return;
  }
  const engines = await startSharedEngines((line) => process.stderr.write(`${line}\n`));
  globalThis.tokometricsEngines = engines;
  Object.assign(process.env, engines.env);
}
