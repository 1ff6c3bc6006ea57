import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { codeOf } from './errors.ts';
import { isRecord, readText } from './files.ts';

/** A pid alone may name another process later; with its start time it names one for good. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startedAt: string;
}

export function isIdentity(value: unknown): value is ProcessIdentity {
  return (
    isRecord(value) && typeof value['pid'] === 'number' && typeof value['startedAt'] === 'string'
  );
}

export function identityOf(pid: number): ProcessIdentity | undefined {
  const startedAt = existsSync('/proc/self/stat') ? startFromProc(pid) : startFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

function startFromProc(pid: number): string | undefined {
  const stat = readText(`/proc/${String(pid)}/stat`);
  if (stat === undefined) {
    return undefined;
  }
  // The second field, the command, may hold blanks and brackets: count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Field 3 is the state (a zombie is dead for our purpose), field 22 the start in clock ticks.
  return fields[0] === 'Z' ? undefined : fields[19];
}

function startFromPs(pid: number): string | undefined {
  const { status, stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  const text = stdout.trim();
  return status === 0 && text !== '' ? text : undefined;
}

export function isSameProcess(known: ProcessIdentity): boolean {
  return identityOf(known.pid)?.startedAt === known.startedAt;
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Already gone: what was asked for is true.
    if (codeOf(error) !== 'ESRCH') {
      throw error;
    }
  }
}

/** Ends a leftover of an earlier run: asks first, then insists. */
export async function endLeftover(known: ProcessIdentity, patienceMs = 10_000): Promise<boolean> {
  if (!isSameProcess(known)) {
    return false;
  }
  signalGroup(known.pid, 'SIGTERM');
  const until = Date.now() + patienceMs;
  while (isSameProcess(known) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  if (isSameProcess(known)) {
    signalGroup(known.pid, 'SIGKILL');
    while (isSameProcess(known)) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  return true;
}
