/**
 * What this machine must have, checked before anything is fetched. Plain JavaScript for Node 20.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';

const OLDEST_NODE = 20;
const OLDEST_JAVA = 17;
const LEAST_DISK_BYTES = 3e9;
const LEAST_MEMORY_BYTES = 4e9;

function outputOf(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : undefined;
}

function javaProblem() {
  const version = /version "(\d+)/.exec(outputOf('java', ['-version']) ?? '')?.[1];
  if (version === undefined || Number(version) < OLDEST_JAVA || !outputOf('javac', ['-version'])) {
    return 'a Java development kit, 17 or newer, is missing (java and javac). Debian: apt-get install openjdk-17-jdk-headless · macOS: brew install openjdk';
  }
  return undefined;
}

function commandProblems(env) {
  const isNative = (key) => !env[key];
  const needsJava = isNative('KAFKA_BROKERS') || isNative('MONGO_URL');
  const problems = [];
  if (needsJava) {
    problems.push(javaProblem());
    if (outputOf('mvn', ['-version']) === undefined) {
      problems.push(
        'mvn (Apache Maven) is missing. Debian: apt-get install maven · macOS: brew install maven',
      );
    }
  }
  if (isNative('VAULT_ADDR') && outputOf('python3', ['-m', 'pip', '--version']) === undefined) {
    problems.push(
      'python3 with pip is missing. Debian: apt-get install python3-pip · macOS: brew install python',
    );
  }
  return problems.filter((problem) => problem !== undefined);
}

/** Programs are fetched once; afterwards neither Maven nor pip is needed, and little disk. */
function spaceProblem(root) {
  const isFetched = existsSync(join(root, '.local', 'engines'));
  mkdirSync(join(root, '.local'), { recursive: true, mode: 0o700 });
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  return !isFetched && free < LEAST_DISK_BYTES
    ? `only ${(free / 1e9).toFixed(1)} GB of disk are free in ${root}; 3 GB are needed`
    : undefined;
}

function memoryProblem() {
  const memory = totalmem();
  return memory < LEAST_MEMORY_BYTES
    ? `this machine has ${(memory / 1e9).toFixed(1)} GB of memory; the local engines need 4 GB`
    : undefined;
}

/** Sentences that say what is missing and how to get it; none when all is there. */
export function missingRequirements(root, env) {
  const major = Number(process.versions.node.split('.')[0]);
  const node =
    major < OLDEST_NODE
      ? `Node ${process.versions.node} is too old to begin with: install Node ${OLDEST_NODE} or newer (npm brings the version that is used)`
      : undefined;
  return [node, ...commandProblems(env), spaceProblem(root), memoryProblem()].filter(
    (problem) => problem !== undefined,
  );
}
