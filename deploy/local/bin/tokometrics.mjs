#!/usr/bin/env node
/**
 * The door of a local installation: `start`, `status`, `stop`, `reset`, `replay`. Runs from a fresh clone on
 * any Node from 20 on: says what is missing, installs what the lock file names, and goes on in the
 * Node that came with it.
 */
import { spawn } from 'node:child_process';
import { statfsSync } from 'node:fs';
import * as module from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { continueInRightNode, whyInstall } from '../../../.ci/lib/set-up.mjs';
import { missingRequirements } from './requirements.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/\/$/, '');
const args = process.argv.slice(2);

function freeBytes() {
  const { bavail, bsize } = statfsSync(root);
  return bavail * bsize;
}

/** `npm ci` with a line every few seconds: what the disk has taken so far, and for how long. */
async function install(reason) {
  console.log(`Installing the packages of the lock file, because ${reason} …`);
  const startedAt = Date.now();
  const free = freeBytes();
  let most = 0;
  const say = () => {
    // Others write and delete on this disk too: what was seen once is not taken back.
    most = Math.max(most, (free - freeBytes()) / 1e6);
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(0);
    console.log(`  npm ci: about ${most.toFixed(0)} MB on disk, ${seconds} s`);
  };
  const ticker = setInterval(say, 5000);
  // Its warnings are about the Node that runs npm, not about the one that npm brings.
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error'];
  const child = spawn('npm', ['ci', '--ignore-scripts', ...quiet], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1));
    child.on('exit', resolve);
  });
  clearInterval(ticker);
  if (code !== 0) {
    throw new Error(
      'npm ci failed; its message stands above. The first start needs the npm registry; later ones need no network.',
    );
  }
  say();
}

try {
  if (process.env.TOKOMETRICS_NODE !== process.version) {
    if (args[0] === 'start') {
      const missing = missingRequirements(root, process.env);
      if (missing.length > 0) {
        throw new Error(`This machine cannot run TokoMetrics yet:\n- ${missing.join('\n- ')}`);
      }
    }
    const reason = whyInstall(root);
    if (reason !== undefined) {
      await install(reason);
    }
  }
  await continueInRightNode(root, fileURLToPath(import.meta.url), args);
  module.enableCompileCache(join(root, '.local', 'cache', 'launcher'));
  await import('../src/cli.ts');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
