import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../engines/engine.ts';
import { createPortBook } from '../engines/ports.ts';
import { startEngines } from '../engines/start-engines.ts';
import type { Engines } from '../engines/start-engines.ts';
import { startMailbox } from '../mail/mailbox.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import { fillCompileCache } from '../services/program.ts';
import { startServices } from '../services/start-services.ts';
import type { ServiceHandle, Services } from '../services/start-services.ts';
import { ensurePki } from '../pki/ensure-pki.ts';
import type { LocalPki } from '../pki/ensure-pki.ts';
import { bootstrapVault } from '../vault/bootstrap.ts';
import { ensureCredentials } from './credentials.ts';
import type { Credentials } from './credentials.ts';
import { openReplayDoor } from './replay-door.ts';
import { commonEnv, serviceEnv } from './service-env.ts';
import type { StackNames } from './service-env.ts';

export interface StackOptions {
  readonly root: string;
  /** Data, logs, credentials and certificates of this stack; programs stay in the repository's. */
  readonly dir: string;
  readonly log: Log;
  /** Addresses of engines that run already. */
  readonly given?: Readonly<Record<string, string | undefined>>;
  /** Names of its own on engines that it shares with others. */
  readonly names?: Partial<StackNames>;
  /** For every service: CLOCK_AT, LOG_LEVEL, OTEL_EXPORTER_OTLP_ENDPOINT, … */
  readonly env?: Readonly<Record<string, string>>;
  /** For one service, over everything else. */
  readonly envOf?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly only?: readonly string[];
  readonly preferredPorts?: Readonly<Record<string, number>>;
  /** Start services and engines again when they die on their own. */
  readonly heals: boolean;
  /** Something that is made meanwhile and must be there before the services start. */
  readonly beforeServices?: Promise<void>;
  /** Each part as soon as it runs, so that a start can be given up halfway. */
  readonly onPart?: (stop: () => Promise<void>) => void;
}

export interface Stack {
  readonly engines: Engines;
  readonly services: Readonly<Record<string, ServiceHandle>>;
  readonly mailbox: Mailbox;
  readonly credentials: Credentials;
  readonly certificates: LocalPki;
  readonly publicUrl: string;
  /** Socket at which `replay` asks. */
  readonly replayDoor: string;
  stop(): Promise<void>;
}

async function ensureDatabase(url: string, database: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: `CREATE DATABASE IF NOT EXISTS \`${database}\``,
    signal: AbortSignal.timeout(30_000),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`ClickHouse refused the database ${database}: ${text.slice(0, 300)}`);
  }
}

async function vaultRoles(env: Readonly<Record<string, string>>, options: StackOptions) {
  const { VAULT_ADDR: address, VAULT_ROOT_TOKEN: rootToken } = env;
  if (address === undefined || rootToken === undefined) {
    throw new Error(
      'VAULT_ADDR is given without VAULT_ROOT_TOKEN: set it too, so that mounts, policies and roles can be made',
    );
  }
  const { kvMount, transitMount, prefix } = options.names ?? {};
  return bootstrapVault({
    address,
    rootToken,
    policiesDir: join(options.root, 'deploy', 'vault', 'policies'),
    ...(kvMount === undefined ? {} : { kvMount }),
    ...(transitMount === undefined ? {} : { transitMount }),
    ...(prefix === undefined ? {} : { prefix: `${prefix}-` }),
  });
}

/** Engines, secrets, mailbox, services; each part stops those before it when it fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { root, dir, log, heals, names = {} } = options;
  const dataDir = join(dir, 'data');
  const logDir = join(dir, 'logs');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const part of stops.toReversed()) {
      await part();
    }
  };
  const adopt = (part: { stop(): Promise<void> }) => {
    const end = () => part.stop();
    stops.push(end);
    options.onPart?.(end);
  };
  const compiling = new AbortController();
  const compiled = fillCompileCache(root, compiling.signal, log);
  try {
    const ports = createPortBook(join(dataDir, 'ports.json'), options.preferredPorts, log);
    // Given up halfway, what runs already must be told to stop, or it would be healed.
    const onStarted = (part: { stop(): Promise<void> }) => {
      options.onPart?.(() => part.stop());
    };
    const engines = await startEngines({
      ...{ root, dataDir, logDir, log, heals, ports, onStarted },
      ...(options.given === undefined ? {} : { given: options.given }),
    });
    adopt(engines);
    compiling.abort();
    await compiled;
    const roles = await vaultRoles(engines.env, options);
    await ensureDatabase(
      engines.env['CLICKHOUSE_URL'] ?? '',
      names.clickhouseDatabase ?? 'tokometrics',
    );
    const credentials = ensureCredentials(join(dir, 'credentials.json'));
    const certificates = await ensurePki(join(dir, 'certificates'));
    const mailbox = await startMailbox({
      dir: join(dataDir, 'mail'),
      smtpPort: await ports.take('mailbox SMTP'),
      pagePort: await ports.take('mailbox page'),
      log,
    });
    adopt(mailbox);
    await options.beforeServices;
    const parts = { engines, credentials, certificates, mailbox, names, root, dataDir };
    const running: Services = await startServices({
      ...{ root, dataDir, logDir, log, heals, ports, onStarted, vaultRoles: roles },
      ...(options.only === undefined ? {} : { only: options.only }),
      env: { ...commonEnv(parts), ...options.env },
      envOf: (service, addresses) => ({
        ...serviceEnv(service, addresses, parts),
        ...options.envOf?.[service],
      }),
    });
    adopt(running);
    const door = await openReplayDoor({ root, services: running.services });
    adopt(door);
    const publicPort = running.services['gateway']?.ports['PORT'];
    return {
      ...{ engines, mailbox, credentials, certificates, stop },
      services: running.services,
      replayDoor: door.path,
      publicUrl: `http://localhost:${String(publicPort ?? 0)}`,
    };
  } catch (error) {
    compiling.abort();
    await stop();
    throw error;
  }
}
