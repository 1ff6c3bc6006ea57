/** All projects as one Jest run of one kind of tests: `TEST_KIND`, `TEST_PROJECTS` (comma list). */
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { kindOf } from './lib/kinds.mjs';
import { projects, root } from './lib/workspace.mjs';

const kind = process.env.TEST_KIND ?? 'unit';
const named = (process.env.TEST_PROJECTS ?? '').split(',').filter((name) => name !== '');

async function configOf({ name, folder }) {
  const file = join(root, folder, 'jest.config.mjs');
  if (!existsSync(file) || (named.length > 0 && !named.includes(name))) {
    return [];
  }
  const files = globSync('src/**/*.test.{ts,tsx}', { cwd: join(root, folder) });
  const testMatch = files
    .filter((path) => kindOf(path) === kind)
    .map((path) => `<rootDir>/${path}`);
  if (testMatch.length === 0) {
    return [];
  }
  const { default: config } = await import(pathToFileURL(file).href);
  const { globalSetup: _setup, globalTeardown: _teardown, ...rest } = config;
  return [{ ...rest, displayName: name, rootDir: join(root, folder), testMatch }];
}

const configs = (await Promise.all(projects().map(configOf))).flat();

export default {
  rootDir: root,
  projects: configs,
  // A test that waits for others says its own limit; this one is for a machine that is busy.
  testTimeout: kind === 'unit' ? 15_000 : 30_000,
  reporters: [join(root, '.ci/lib/jest-reporter.mjs')],
  testSequencer: join(root, '.ci/lib/jest-sequencer.mjs'),
};
