import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRecord, writeJson } from './files.ts';
import { identityOf, isIdentity, signalGroup } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

export interface ChildSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly logFile: string;
  /** Where running children are noted, for the clean-up after a crash of this process. */
  readonly registry: string;
  /** Resolves false while the child does not serve yet. */
  readonly isReady: () => Promise<boolean>;
  readonly readyTimeoutMs: number;
  readonly stopSignal?: NodeJS.Signals;
  readonly stopTimeoutMs?: number;
}

export interface Child {
  readonly pid: number;
  /** Resolves when the process has ended. */
  readonly ended: Promise<string>;
  kill(signal: NodeJS.Signals): Promise<void>;
  stop(): Promise<void>;
}

export function registryOf(dataDir: string): string {
  return join(dataDir, 'processes.json');
}

/** The children that an earlier run may have left behind, by name. */
export function registered(dataDir: string): (readonly [string, ProcessIdentity])[] {
  return Object.entries(readRecord(registryOf(dataDir))).filter(
    (entry): entry is [string, ProcessIdentity] => isIdentity(entry[1]),
  );
}

function note(registry: string, name: string, identity: ProcessIdentity | undefined): void {
  const known = readRecord(registry);
  const others = Object.fromEntries(Object.entries(known).filter(([key]) => key !== name));
  writeJson(registry, identity === undefined ? others : { ...others, [name]: identity });
}

/**
 * A tiny shell that waits for this process to end, however it ends, and then asks the child to
 * stop: a killed launcher or test run leaves nothing behind.
 */
function guard(pid: number): ChildProcess {
  const watcher = spawn('/bin/sh', ['-c', `read -r _; kill -TERM -${String(pid)}`], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watcher.on('error', () => {
    // No shell, no guard: the next start still cleans up by the registry.
  });
  watcher.stdin.on('error', () => {
    // The watcher was ended first.
  });
  watcher.unref();
  return watcher;
}

function tail(file: string, lines: number): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
}

/** What a program needs of the terminal it is started from; addresses and secrets are not. */
const INHERITED =
  /^(PATH|HOME|USER|SHELL|TMPDIR|TZ|LANG|LC_.*|JAVA_HOME|SSL_CERT_.*|NODE_EXTRA_CA_CERTS)$/;

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([key]) => INHERITED.test(key)));
}

function launch(spec: ChildSpec): ChildProcess {
  mkdirSync(dirname(spec.logFile), { recursive: true });
  const output = openSync(spec.logFile, 'a', 0o600);
  try {
    return spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: { ...inherited(), ...spec.env },
      // A group of its own: Ctrl-C in the terminal reaches us alone, and we stop it in order.
      detached: true,
      stdio: ['ignore', output, output],
    });
  } finally {
    closeSync(output);
  }
}

/**
 * Starts a process in a group of its own and waits until it serves. `onSpawn` gets it at once, so
 * that a start under way can be stopped.
 */
export async function startChild(
  spec: ChildSpec,
  onSpawn?: (child: Child) => void,
): Promise<Child> {
  const child = launch(spec);
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(signal ?? `code ${String(code)}`);
    });
    child.once('error', (error) => {
      resolve(error.message);
    });
  });
  const pid = child.pid;
  if (pid === undefined) {
    throw new Error(`${spec.name} could not be started: ${await ended}`);
  }
  note(spec.registry, spec.name, identityOf(pid));
  const watcher = guard(pid);
  void ended.then(() => {
    watcher.kill('SIGKILL');
    note(spec.registry, spec.name, undefined);
  });
  const handle = handleOf(spec, pid, ended);
  onSpawn?.(handle);
  await untilReady(spec, handle);
  return handle;
}

function handleOf(spec: ChildSpec, pid: number, ended: Promise<string>): Child {
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  const kill = async (signal: NodeJS.Signals): Promise<void> => {
    if (isOver) {
      return;
    }
    signalGroup(pid, signal);
    if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') {
      await ended;
    }
  };
  return {
    pid,
    ended,
    kill,
    async stop() {
      if (isOver) {
        return;
      }
      const insist = setTimeout(() => {
        signalGroup(pid, 'SIGKILL');
      }, spec.stopTimeoutMs ?? 10_000);
      // A stopped (SIGSTOP) process takes no SIGTERM before it goes on.
      signalGroup(pid, 'SIGCONT');
      await kill(spec.stopSignal ?? 'SIGTERM');
      clearTimeout(insist);
    },
  };
}

async function untilReady(spec: ChildSpec, handle: Child): Promise<void> {
  let fate: string | undefined;
  void handle.ended.then((how) => {
    fate = how;
  });
  const until = Date.now() + spec.readyTimeoutMs;
  while (!(await spec.isReady())) {
    if (fate !== undefined) {
      throw new Error(
        `${spec.name} ended while starting (${fate}); ${spec.logFile} says:\n${tail(spec.logFile, 12)}`,
      );
    }
    if (Date.now() > until) {
      await handle.kill('SIGKILL');
      throw new Error(
        `${spec.name} does not serve after ${String(spec.readyTimeoutMs / 1000)} s; ${spec.logFile} says:\n${tail(spec.logFile, 12)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}
