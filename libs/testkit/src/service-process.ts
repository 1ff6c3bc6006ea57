import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import { join } from 'node:path';
import { compileCacheEnv } from '@tokometrics/local';
import type { AppRole } from '@tokometrics/local';
import { engineEnv } from './engine-env.ts';
import type { EngineEnv } from './engine-env.ts';
import { freePort } from './free-port.ts';
import type { SuiteNames } from './suite.ts';
import { repositoryRoot } from './test-engines.ts';

export interface ServiceProcess {
  readonly url: string;
  readonly opsUrl: string;
  /** Everything that the process has written, as it would have gone to its log file. */
  output(): string;
  /** Answers with how it ended: its exit code, or the signal. */
  kill(signal: NodeJS.Signals): Promise<number | string>;
}

const START_MS = 60_000;

/** Where a suite's own names lie on the shared engines, as every back-end service reads it. */
export function suiteServiceEnv(
  names: SuiteNames,
  role: AppRole | undefined,
  env: EngineEnv = engineEnv(),
): Record<string, string> {
  if (role === undefined) {
    throw new Error('createSuiteVault made no role of this name');
  }
  const { KAFKA_BROKERS, MONGO_URL, CLICKHOUSE_URL, VAULT_ADDR } = env;
  return {
    ...{ KAFKA_BROKERS, MONGO_URL, CLICKHOUSE_URL, VAULT_ADDR },
    KAFKA_TOPIC_PREFIX: names.topicPrefix,
    MONGO_DATABASE: names.mongoDatabase,
    CLICKHOUSE_DATABASE: names.clickhouseDatabase,
    VAULT_KV_MOUNT: names.kvMount,
    VAULT_TRANSIT_MOUNT: names.transitMount,
    VAULT_ROLE_ID: role.roleId,
    VAULT_SECRET_ID: role.secretId,
  };
}

async function isReady(opsUrl: string): Promise<boolean> {
  try {
    return (await fetch(`${opsUrl}/readyz`)).ok;
  } catch {
    return false;
  }
}

function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(code ?? signal ?? 'unknown');
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
}

function spawnService(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(
    process.execPath,
    [
      ...['-C', '@tokometrics/source', '--import', '@tokometrics/kit/telemetry', 'src/main.ts'],
      ...args,
    ],
    {
      cwd: join(repositoryRoot, 'services', name),
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], ...compileCacheEnv(repositoryRoot), ...env },
    },
  );
  // Left alone it would look for its engines for ever.
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

export interface ServiceJob {
  /** What it has printed so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<{
    readonly how: number | string;
    readonly out: string;
    readonly err: string;
  }>;
}

/** A service's program on an errand that ends: `main.ts <args>`, with the environment of the service. */
export function startServiceJob(
  name: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): ServiceJob {
  const nowhere = 'http://127.0.0.1:1';
  const child = spawnService(name, args, {
    ...{ PORT: '0', OPS_PORT: '0', IDENTITY_URL: nowhere },
    ...env,
  });
  const printed = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.err += text));
  return {
    output: () => `${printed.out}${printed.err}`,
    kill: (signal) => child.kill(signal),
    ended: new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve({ how: code ?? signal ?? 'unknown', ...printed });
      });
    }),
  };
}

/**
 * A service as it ships: its own process, its `main.ts`, its environment, on free ports unless that
 * names its own. Resolves when it is ready.
 */
export async function startServiceProcess(
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<ServiceProcess> {
  const port = env['PORT'] ?? String(await freePort());
  const opsPort = env['OPS_PORT'] ?? String(await freePort());
  const url = `http://127.0.0.1:${port}`;
  const opsUrl = `http://127.0.0.1:${opsPort}`;
  const child = spawnService(name, [], {
    PORT: port,
    OPS_PORT: opsPort,
    // What a service that checks passports asks for keys; identity is its own issuer.
    IDENTITY_URL: url,
    ...env,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const ended = endOf(child);
  let fate: number | string | undefined;
  void ended.then((how) => (fate = how));
  const kill = (signal: NodeJS.Signals): Promise<number | string> => {
    child.kill(signal);
    return ended;
  };
  const giveUpAt = performance.now() + START_MS;
  while (!(await isReady(opsUrl))) {
    if (fate !== undefined || performance.now() > giveUpAt) {
      await kill('SIGKILL');
      throw new Error(`${name} did not become ready (${String(fate)}):\n${output.slice(-4_000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, opsUrl, output: () => output, kill };
}
