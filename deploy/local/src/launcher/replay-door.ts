import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isRecord } from '../engines/files.ts';
import { compileCacheEnv, serviceArgs } from '../services/program.ts';
import type { ServiceHandle } from '../services/start-services.ts';
import { SERVICES } from '../services/table.ts';

export interface ReplayDoor {
  /** A socket that the owner of this process alone can open. */
  readonly path: string;
  stop(): Promise<void>;
}

export interface ReplayDoorOptions {
  readonly root: string;
  readonly services: Readonly<Record<string, ServiceHandle>>;
}

const NO_SERVICE =
  'replay: no service has a group of this name; those begin with ingestion or analytics\n';
const ENDED_BY_SIGNAL =
  'replay: the job was ended from outside; the same command goes on where it was\n';
const noEnd = (): void => undefined;

/** Of a consumer group the first word names the service that owns it; an archive is ingestion's. */
export function serviceFor(args: readonly string[]): string | undefined {
  const names = SERVICES.flatMap(({ name, replayRole }) =>
    replayRole === undefined ? [] : [name],
  );
  if (args[0] === 'rebuild') {
    return 'ingestion';
  }
  const at = args.findIndex((arg) => arg === '--group' || arg.startsWith('--group='));
  const group = args[at]?.startsWith('--group=') ? args[at].slice('--group='.length) : args[at + 1];
  const owner = names.find((name) => group === name || group?.startsWith(`${name}-`));
  // A command without a group is refused by the job itself, in the same words wherever it is given.
  return owner ?? (at === -1 ? names[0] : undefined);
}

/**
 * Who has the terminal asks through a socket; the job is this process's child, because only this
 * process has the environment of the service, with its login at Vault.
 */
export async function openReplayDoor(options: ReplayDoorOptions): Promise<ReplayDoor> {
  // Beside the installation a path may be longer than a socket's can be.
  const dir = mkdtempSync(join(tmpdir(), 'tokometrics-door-'));
  const path = join(dir, 'replay');
  const endings = new Set<() => void>();
  const server = createServer((socket) => {
    const answer = (message: Answer): void => {
      socket.write(`${JSON.stringify(message)}\n`);
    };
    // Who leaves early is not an error; what it had begun is stopped below.
    socket.on('error', () => undefined);
    let end: (() => void) | undefined;
    // The first line asks; any other wishes the job to end, and its last words are still told.
    createInterface(socket).on('line', (line) => {
      if (end === undefined) {
        end = begin(options, line, { answer, over: () => socket.end() });
        endings.add(end);
      } else {
        end();
      }
    });
    socket.once('close', () => {
      end?.();
      endings.delete(end ?? noEnd);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  return {
    path,
    stop: async () => {
      endings.forEach((end) => {
        end();
      });
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

interface Answer {
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
}

function argsIn(line: string): string[] | undefined {
  try {
    const asked: unknown = JSON.parse(line);
    const args = isRecord(asked) ? asked['args'] : undefined;
    return Array.isArray(args) && args.every((arg) => typeof arg === 'string') ? args : undefined;
  } catch {
    return undefined;
  }
}

interface Asker {
  answer(message: Answer): void;
  /** Nothing more will be answered. */
  over(): void;
}

/** Starts the job of the service that is meant; what it gives asks the job to end. */
function begin({ root, services }: ReplayDoorOptions, line: string, asker: Asker): () => void {
  const args = argsIn(line);
  const entry = SERVICES.find(({ name }) => args !== undefined && name === serviceFor(args));
  const env = entry === undefined ? undefined : services[entry.name]?.replayEnv;
  if (args === undefined || entry === undefined || env === undefined) {
    asker.answer({ err: NO_SERVICE, code: 2 });
    asker.over();
    return noEnd;
  }
  const child = spawn(process.execPath, [...serviceArgs(entry), 'replay', ...args], {
    cwd: join(root, 'services', entry.name),
    env: { PATH: process.env['PATH'], ...compileCacheEnv(root), ...env },
    // A group of its own: Ctrl-C where the product runs is not meant for it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', (out: string) => {
    asker.answer({ out });
  });
  child.stderr.setEncoding('utf8').on('data', (err: string) => {
    asker.answer({ err });
  });
  child.once('error', () => {
    asker.answer({ err: 'replay: the job could not be started\n', code: 1 });
    asker.over();
  });
  child.once('close', (code) => {
    asker.answer(code === null ? { err: ENDED_BY_SIGNAL, code: 1 } : { code });
    asker.over();
  });
  return () => {
    child.kill('SIGTERM');
  };
}
