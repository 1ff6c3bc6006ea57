/**
 * What must be true before anything of ours can run: dependencies as locked, and a new enough Node.
 * Plain JavaScript for Node 20, because that is what may start it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FLOOR = [22, 22, 3];

function packagesOf(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/** Why `npm ci` must run, or undefined: npm notes what it installed in a lock file of its own. */
export function whyInstall(root) {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) {
    return 'nothing is installed yet';
  }
  const differing = Object.keys(wanted).find((path) => {
    const { optional, link, version, integrity } = wanted[path];
    if (!path.includes('node_modules/') || optional === true || link === true) {
      return false;
    }
    const found = installed[path];
    return found?.version !== version || found?.integrity !== integrity;
  });
  return differing === undefined ? undefined : `${differing} is not as locked`;
}

export function installIfNeeded(root, say) {
  const reason = whyInstall(root);
  if (reason === undefined) {
    return;
  }
  say(`npm ci, because ${reason} (about a minute) …`);
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    throw new Error('npm ci failed; its message stands above');
  }
}

function isNewEnough(version) {
  const parts = version.replace(/^v/, '').split('.').map(Number);
  const at = parts.findIndex((part, index) => part !== FLOOR[index]);
  return at === -1 || parts[at] > FLOOR[at];
}

/** The Node that npm brought, else this one when it is new enough. */
export function nodeProgram(root) {
  const brought = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(brought)) {
    return brought;
  }
  if (isNewEnough(process.version)) {
    return process.execPath;
  }
  throw new Error(
    `Node ${process.version} is too old and npm brought no other for this machine: install Node 24`,
  );
}

/** Goes on in the right Node; returns only in that one. Signals reach the child and we wait for it. */
export async function continueInRightNode(root, script, args) {
  if (process.env.TOKOMETRICS_NODE === process.version) {
    return;
  }
  const { spawn } = await import('node:child_process');
  const program = nodeProgram(root);
  const version = spawnSync(program, ['-v'], { encoding: 'utf8' }).stdout.trim();
  const child = spawn(program, ['-C', '@tokometrics/source', script, ...args], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TOKOMETRICS_NODE: version,
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
    },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C in a terminal reaches the child by itself; here it only must not end us first.
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  }
  const code = await new Promise((resolve) => {
    child.on('exit', (status, signal) => resolve(status ?? (signal === null ? 1 : 130)));
    child.on('error', () => resolve(1));
  });
  process.exit(code);
}
