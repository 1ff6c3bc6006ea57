/**
 * What this machine must have, checked before anything is fetched. Plain JavaScript for Node 20.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';

const OLDEST_NODE = 20;
const OLDEST_JAVA = 17;
const LEAST_DISK_BYTES = 3e9;
const LEAST_MEMORY_BYTES = 4e9;

const JDK =
  'a Java development kit, 17 or newer, is missing (java and javac). Debian: apt-get install openjdk-17-jdk-headless · macOS: brew install openjdk';
const MAVEN =
  'mvn (Apache Maven) is missing. Debian: apt-get install maven · macOS: brew install maven';
const PIP =
  'python3 with pip is missing. Debian: apt-get install python3-pip · macOS: brew install python';

/** The fetched programs: the same list as in src/engines/fetch.ts, and a test holds them together. */
const PROGRAMS = [
  { given: 'KAFKA_BROKERS', base: 'kafka-4.1.0', inputs: ['kafka.pom.xml', 'kafka.sha256'] },
  {
    given: 'MONGO_URL',
    base: 'mongo-java-server-1.47.0',
    inputs: [
      'mongo.pom.xml',
      'mongo.sha256',
      'mongo/EmbeddedMongo.java',
      'mongo/TypedBackend.java',
      'mongo/KeyType.java',
      'mongo/DocumentType.java',
    ],
  },
  { given: 'VAULT_ADDR', base: 'openbao-2.7.2', inputs: ['vault.requirements.txt'] },
];

function outputOf(command, args, env) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env });
  return status === 0 ? `${stdout}${stderr}` : undefined;
}

function isFetched(root, { base, inputs }) {
  const hash = createHash('sha256');
  for (const name of inputs) {
    hash.update(readFileSync(new URL(`../engines/${name}`, import.meta.url)));
  }
  const print = hash.digest('hex');
  return existsSync(join(root, '.local', 'engines', `${base}-${print.slice(0, 8)}`, '.complete'));
}

function hasJava(env) {
  const version = /version "(\d+)/.exec(outputOf('java', ['-version'], env) ?? '')?.[1];
  return version !== undefined && Number(version) >= OLDEST_JAVA;
}

/** What an engine that is given by its address needs is not asked for; nor what is fetched already. */
function commandProblems(root, env) {
  const native = PROGRAMS.filter(({ given }) => !env[given]);
  const wanted = native.filter((program) => !isFetched(root, program));
  const needs = (list, given) => list.some((program) => program.given === given);
  const problems = [];
  if (needs(native, 'KAFKA_BROKERS') || needs(native, 'MONGO_URL')) {
    const compiles = needs(wanted, 'MONGO_URL');
    if (!hasJava(env) || (compiles && outputOf('javac', ['-version'], env) === undefined)) {
      problems.push(JDK);
    }
  }
  if (needs(wanted, 'KAFKA_BROKERS') || needs(wanted, 'MONGO_URL')) {
    problems.push(...(outputOf('mvn', ['-version'], env) === undefined ? [MAVEN] : []));
  }
  if (needs(wanted, 'VAULT_ADDR')) {
    const pip = outputOf('python3', ['-m', 'pip', '--version'], env);
    problems.push(...(pip === undefined ? [PIP] : []));
  }
  return problems;
}

/** Programs are fetched once; afterwards little disk is needed. */
function spaceProblem(root) {
  const isFirst = !existsSync(join(root, '.local', 'engines'));
  mkdirSync(join(root, '.local'), { recursive: true, mode: 0o700 });
  const { bavail, bsize } = statfsSync(root);
  const free = bavail * bsize;
  return isFirst && free < LEAST_DISK_BYTES
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
  return [node, ...commandProblems(root, env), spaceProblem(root), memoryProblem()].filter(
    (problem) => problem !== undefined,
  );
}
