import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../engines/errors.ts';
import { isRecord, readRecord, writeJson } from '../engines/files.ts';
import { identityOf, isIdentity, isSameProcess } from '../engines/process-identity.ts';
import type { ProcessIdentity } from '../engines/process-identity.ts';

export interface RunState {
  readonly launcher: ProcessIdentity;
  readonly startedAt: string;
  readonly phase: 'starting' | 'running' | 'stopping';
  /** What a person opens, by what it is; empty while starting. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly processes: Readonly<Record<string, number>>;
  /** Socket at which `replay` asks; absent until all runs. */
  readonly door?: string;
}

const PHASES = ['starting', 'running', 'stopping'] as const;

function entriesOf<T>(value: unknown, isGood: (inner: unknown) => inner is T): Record<string, T> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, T] => isGood(entry[1])));
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isNumber = (value: unknown): value is number => typeof value === 'number';

/** What the file says, whether or not that launcher still lives. */
export function readState(file: string): RunState | undefined {
  const record = readRecord(file);
  const launcher = record['launcher'];
  const phase = PHASES.find((known) => known === record['phase']);
  if (!isIdentity(launcher) || phase === undefined) {
    return undefined;
  }
  return {
    launcher,
    phase,
    startedAt: isText(record['startedAt']) ? record['startedAt'] : '',
    addresses: entriesOf(record['addresses'], isText),
    processes: entriesOf(record['processes'], isNumber),
    ...(isText(record['door']) ? { door: record['door'] } : {}),
  };
}

/** The run that is alive, if one is. */
export function livingRun(file: string): RunState | undefined {
  const state = readState(file);
  return state !== undefined && isSameProcess(state.launcher) ? state : undefined;
}

export interface RunClaim {
  update(change: Partial<Pick<RunState, 'phase' | 'addresses' | 'processes' | 'door'>>): void;
  release(): void;
}

/** Claims this installation for this process; two at once can't both get it. */
export function claimRun(file: string): RunClaim | RunState {
  const launcher = identityOf(process.pid);
  if (launcher === undefined) {
    throw new Error('this process is not found in the process table');
  }
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  let state: RunState = {
    launcher,
    startedAt: new Date().toISOString(),
    phase: 'starting',
    addresses: {},
    processes: {},
  };
  for (;;) {
    try {
      writeFileSync(file, `${JSON.stringify(state)}\n`, { flag: 'wx', mode: 0o600 });
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        throw error;
      }
      const other = livingRun(file);
      if (other !== undefined) {
        return other;
      }
      // Left by a run that was killed.
      rmSync(file, { force: true });
    }
  }
  return {
    update(change) {
      state = { ...state, ...change };
      writeJson(file, state);
    },
    release() {
      rmSync(file, { force: true });
    },
  };
}

export function isClaim(outcome: RunClaim | RunState): outcome is RunClaim {
  return 'release' in outcome;
}
