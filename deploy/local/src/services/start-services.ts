import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { registryOf } from '../engines/child.ts';
import type { ChildSpec } from '../engines/child.ts';
import type { Log, PortBook } from '../engines/engine.ts';
import { answersHttp } from '../engines/probes.ts';
import { supervise } from '../engines/supervise.ts';
import type { Supervised } from '../engines/supervise.ts';
import type { AppRole } from '../vault/bootstrap.ts';
import { compileCacheEnv, serviceArgs } from './program.ts';
import { SERVICES, urlKeyOf } from './table.ts';
import type { ServiceEntry } from './table.ts';

export interface StartServicesOptions {
  readonly root: string;
  /** Where ports and running processes are noted; log files go to `logDir`. */
  readonly dataDir: string;
  readonly logDir: string;
  /** The engines' addresses and what else all services get. */
  readonly env: Readonly<Record<string, string>>;
  /** What one service gets besides; the ports of all are known when it is asked. */
  readonly envOf?: (
    service: string,
    addresses: ServiceAddresses,
  ) => Readonly<Record<string, string>>;
  readonly vaultRoles: Readonly<Record<string, AppRole>>;
  readonly only?: readonly string[];
  readonly ports: PortBook;
  /** Start a service again when it dies on its own (default true). */
  readonly heals?: boolean;
  /** Each service as soon as it is ready, for one who gives up before all are. */
  readonly onStarted?: (service: ServiceHandle) => void;
  readonly log: Log;
}

/** Every port of every service, by its environment key: `ports.gateway.PORT`. */
export type ServiceAddresses = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface ServiceHandle extends Supervised {
  readonly name: string;
  readonly url: string;
  readonly opsUrl: string;
  /** Every port by its environment key: PORT, OPS_PORT, CONTROL_PORT, … */
  readonly ports: Readonly<Record<string, number>>;
  readonly logFile: string;
  readonly env: Readonly<Record<string, string>>;
  /** Environment of its `replay` job; undefined where it has none. */
  readonly replayEnv: Readonly<Record<string, string>> | undefined;
}

export interface Services {
  readonly services: Readonly<Record<string, ServiceHandle>>;
  stop(): Promise<void>;
}

interface Placed {
  readonly entry: ServiceEntry;
  readonly ports: Readonly<Record<string, number>>;
}

function local(port: number | undefined): string {
  return `http://127.0.0.1:${String(port ?? 0)}`;
}

async function place(entries: readonly ServiceEntry[], book: PortBook): Promise<Placed[]> {
  const placed: Placed[] = [];
  for (const entry of entries) {
    const ports: Record<string, number> = {};
    for (const key of ['PORT', 'OPS_PORT', ...(entry.otherPorts ?? [])]) {
      ports[key] = await book.take(`${entry.name} ${key}`);
    }
    placed.push({ entry, ports });
  }
  return placed;
}

function vaultEnv(
  entry: ServiceEntry,
  roles: Readonly<Record<string, AppRole>>,
): Record<string, string> {
  const wanted = { [entry.name]: 'VAULT', ...entry.otherRoles };
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([role, keyPrefix]) =>
      Object.entries(roleEnv(roles[role], keyPrefix)),
    ),
  );
}

function roleEnv(role: AppRole | undefined, keyPrefix: string): Record<string, string> {
  return role === undefined
    ? {}
    : { [`${keyPrefix}_ROLE_ID`]: role.roleId, [`${keyPrefix}_SECRET_ID`]: role.secretId };
}

/** As the service's, but for the role, and quiet: what it prints is read by a person. */
function replayEnv(
  { replayRole }: ServiceEntry,
  env: Readonly<Record<string, string>>,
  roles: Readonly<Record<string, AppRole>>,
): Record<string, string> | undefined {
  return replayRole === undefined
    ? undefined
    : { LOG_LEVEL: 'warn', ...env, ...roleEnv(roles[replayRole], 'VAULT') };
}

/** The root token is the launcher's alone. */
function withoutRootToken(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== 'VAULT_ROOT_TOKEN'));
}

function addressesOf(all: readonly Placed[]): ServiceAddresses {
  return Object.fromEntries(all.map(({ entry, ports }) => [entry.name, ports]));
}

function environment(
  one: Placed,
  all: readonly Placed[],
  options: StartServicesOptions,
): Record<string, string> {
  const { entry, ports } = one;
  const urls = all.map(
    (other) => [urlKeyOf(other.entry.name), local(other.ports['PORT'])] as const,
  );
  const inside = entry.isOutside
    ? {}
    : {
        ...withoutRootToken(options.env),
        ...Object.fromEntries(urls),
        ...vaultEnv(entry, options.vaultRoles),
      };
  const clock = options.env['CLOCK_AT'];
  return {
    ...inside,
    ...(clock === undefined ? {} : { CLOCK_AT: clock }),
    HOST: '127.0.0.1',
    OTEL_SERVICE_NAME: entry.name,
    ...Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, String(port)])),
    ...options.envOf?.(entry.name, addressesOf(all)),
  };
}

const LARGEST_LOG_BYTES = 20_000_000;

function turnLog(file: string): void {
  if (existsSync(file) && statSync(file).size > LARGEST_LOG_BYTES) {
    renameSync(file, `${file}.1`);
  }
}

function specOf(
  one: Placed,
  env: Record<string, string>,
  options: StartServicesOptions,
): ChildSpec {
  const { entry, ports } = one;
  const cwd = join(options.root, 'services', entry.name);
  return {
    name: entry.name,
    command: process.execPath,
    args: serviceArgs(entry),
    env: { ...compileCacheEnv(options.root), ...env },
    cwd,
    logFile: join(options.logDir, `${entry.name}.log`),
    registry: registryOf(options.dataDir),
    isReady: () => answersHttp(`${local(ports['OPS_PORT'])}/readyz`),
    // A machine that is busy with other work; who ends while starting is told at once.
    readyTimeoutMs: 240_000,
    stopTimeoutMs: 15_000,
  };
}

async function startOne(
  one: Placed,
  all: readonly Placed[],
  options: StartServicesOptions,
): Promise<ServiceHandle> {
  const startedAt = Date.now();
  const env = environment(one, all, options);
  const spec = specOf(one, env, options);
  turnLog(spec.logFile);
  const running = await supervise({
    spec: () => spec,
    heals: options.heals ?? true,
    log: options.log,
  });
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  options.log(`${one.entry.name}: ready after ${seconds} s (pid ${String(running.pid)})`);
  return {
    name: one.entry.name,
    url: local(one.ports['PORT']),
    opsUrl: local(one.ports['OPS_PORT']),
    ports: one.ports,
    logFile: spec.logFile,
    env,
    replayEnv: replayEnv(one.entry, env, options.vaultRoles),
    get pid() {
      return running.pid;
    },
    kill: (signal) => running.kill(signal),
    restart: () => running.restart(),
    stop: () => running.stop(),
  };
}

/** Services whose program is there, all at once; a failure stops those that had started. */
export async function startServices(options: StartServicesOptions): Promise<Services> {
  const entries = SERVICES.filter(
    ({ name }) =>
      (options.only?.includes(name) ?? true) &&
      existsSync(join(options.root, 'services', name, 'src', 'main.ts')),
  );
  const all = await place(entries, options.ports);
  const running: ServiceHandle[] = [];
  const stop = async () => {
    // The edge closes first, and what it talks to after it.
    const edges = entries.filter(({ isEdge }) => isEdge === true).map(({ name }) => name);
    for (const isTurn of [true, false]) {
      const those = running.filter(({ name }) => edges.includes(name) === isTurn);
      await Promise.all(those.map((service) => service.stop()));
    }
  };
  const outcomes = await Promise.allSettled(
    all.map(async (one) => {
      const service = await startOne(one, all, options);
      options.onStarted?.(service);
      return service;
    }),
  );
  running.push(
    ...outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
  );
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  return {
    services: Object.fromEntries(running.map((service) => [service.name, service])),
    stop,
  };
}
