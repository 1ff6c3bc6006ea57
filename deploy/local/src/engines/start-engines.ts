import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { registered } from './child.ts';
import { startClickhouse } from './clickhouse.ts';
import { ENGINE_NAMES } from './engine.ts';
import type { EngineContext, EngineHandle, EngineName, Log, PortBook } from './engine.ts';
import { startKafka } from './kafka.ts';
import { startMongo } from './mongo.ts';
import { givenEngine } from './native.ts';
import { createPortBook } from './ports.ts';
import { endLeftover } from './process-identity.ts';
import { startVault } from './vault.ts';

export interface StartEnginesOptions {
  /** The repository; programs are kept below its `.local/engines`. */
  readonly root: string;
  /** The folder of this set's data; two sets need two folders. */
  readonly dataDir: string;
  readonly logDir?: string;
  readonly only?: readonly EngineName[];
  readonly log?: Log;
  /** Ports to remember together with others'; by default a book of this folder's own. */
  readonly ports?: PortBook;
  /** Start an engine again when it dies on its own; off for tests, which kill on purpose. */
  readonly heals?: boolean;
  /** Addresses of engines that run already, normally `process.env`; an absent one is started. */
  readonly given?: Readonly<Record<string, string | undefined>>;
  /** Each engine as soon as it runs, for one who gives up before all do. */
  readonly onStarted?: (engine: EngineHandle) => void;
}

export interface Engines {
  /** Addresses and credentials for the services and tests. */
  readonly env: Readonly<Record<string, string>>;
  readonly engines: Readonly<Partial<Record<EngineName, EngineHandle>>>;
  stop(): Promise<void>;
}

/** The keys that name an engine from outside: the first decides, the others come along. */
const GIVEN: Readonly<Record<EngineName, readonly [string, ...string[]]>> = {
  kafka: ['KAFKA_BROKERS'],
  mongo: ['MONGO_URL', 'MONGO_READONLY_URL'],
  clickhouse: ['CLICKHOUSE_URL', 'CLICKHOUSE_READONLY_URL'],
  vault: ['VAULT_ADDR', 'VAULT_ROOT_TOKEN'],
};

const NATIVE: Readonly<Record<EngineName, (context: EngineContext) => Promise<EngineHandle>>> = {
  kafka: startKafka,
  mongo: startMongo,
  clickhouse: startClickhouse,
  vault: startVault,
};

/** First match wins: a given address, then (not built yet) Docker, then the native form. */
async function resolveEngine(
  name: EngineName,
  context: EngineContext,
  given: Readonly<Record<string, string | undefined>>,
): Promise<EngineHandle> {
  const keys = GIVEN[name];
  if (given[keys[0]] !== undefined) {
    context.log(`${name}: given, ${keys[0]} is set`);
    return givenEngine(
      name,
      Object.fromEntries(keys.flatMap((key) => (given[key] ? [[key, given[key]]] : []))),
    );
  }
  const startedAt = Date.now();
  const handle = await NATIVE[name](context);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  context.log(`${name}: native, ready after ${seconds} s (pid ${String(handle.pid)})`);
  return handle;
}

export async function endLeftovers(dataDir: string, log: Log): Promise<void> {
  await Promise.all(
    registered(dataDir).map(async ([name, identity]) => {
      if (await endLeftover(identity)) {
        log(`${name}: a leftover of an earlier run was ended (pid ${String(identity.pid)})`);
      }
    }),
  );
}

/** Starts what is asked for, side by side; a failure stops what had started. */
export async function startEngines(options: StartEnginesOptions): Promise<Engines> {
  const { root, dataDir, only = ENGINE_NAMES, log = () => undefined, given = {} } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  await endLeftovers(dataDir, log);
  const context: EngineContext = {
    enginesDir: join(root, '.local', 'engines'),
    dataDir,
    logDir: options.logDir ?? join(dataDir, 'logs'),
    log,
    ports: options.ports ?? createPortBook(join(dataDir, 'ports.json')),
    heals: options.heals ?? false,
  };
  const names = ENGINE_NAMES.filter((name) => only.includes(name));
  const outcomes = await Promise.allSettled(
    names.map(async (name) => {
      const handle = await resolveEngine(name, context, given);
      options.onStarted?.(handle);
      return handle;
    }),
  );
  const started = outcomes.flatMap((outcome) =>
    outcome.status === 'fulfilled' ? [outcome.value] : [],
  );
  const stop = async () => {
    await Promise.all(started.map((handle) => handle.stop()));
  };
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    env: Object.fromEntries(started.flatMap((handle) => Object.entries(handle.env))),
    engines: Object.fromEntries(started.map((handle) => [handle.name, handle])),
    stop,
  };
}
