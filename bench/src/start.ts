import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repositoryRoot } from '@tokometrics/testkit';
import { z } from 'zod';
import { rowOf } from './report.ts';
import type { Row } from './report.ts';

type Say = (line: string) => void;

const AT_REST_MS = 20_000;
const LATER_STARTS = 2;

interface Start {
  /** From the command to the printed address. */
  readonly seconds: number;
  /** What others' registries and npm took of it. */
  readonly fetching: number;
}

const state = z.object({
  launcher: z.object({ pid: z.int() }),
  processes: z.record(z.string(), z.int()),
});

async function run(command: string, args: readonly string[], cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) {
    throw new Error(`${command} ${args.join(' ')} failed`);
  }
}

/** A newcomer's caches are empty. */
function newcomersEnv(dir: string): NodeJS.ProcessEnv {
  const { TOKOMETRICS_NODE: _, ...env } = process.env;
  return {
    ...env,
    npm_config_cache: join(dir, 'npm'),
    MAVEN_OPTS: `-Dmaven.repo.local=${join(dir, 'maven')}`,
  };
}

/** `npm start`, until it prints that it runs; it goes on running. */
async function start(clone: string, dir: string, say: Say): Promise<Start> {
  const startedAt = performance.now();
  const since = () => (performance.now() - startedAt) / 1000;
  const child = spawn('npm', ['start'], {
    cwd: clone,
    env: newcomersEnv(dir),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let installedAt = 0;
  let fetchedAt = 0;
  const last: string[] = [];
  return new Promise<Start>((resolve, reject) => {
    child.once('close', () => {
      reject(new Error(`npm start ended:\n${last.join('\n')}`));
    });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        last.push(line);
        last.splice(0, Math.max(0, last.length - 15));
        if (line.includes('npm ci: about')) {
          installedAt = since();
        }
        if (line.includes(': ready, ')) {
          fetchedAt = since();
          say(line.trim());
        }
        if (/ s {2}running$/.test(line)) {
          resolve({ seconds: since(), fetching: Math.max(installedAt, fetchedAt) });
        }
      });
    }
  });
}

function memory(pid: number): { readonly rss: number; readonly pss: number } {
  const text = readFileSync(`/proc/${String(pid)}/smaps_rollup`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024) / 1e6;
  return { rss: megabytes('Rss'), pss: megabytes('Pss') };
}

function atRest(clone: string, say: Say): { readonly rss: number; readonly pss: number } {
  const run = state.parse(JSON.parse(readFileSync(join(clone, '.local', 'state.json'), 'utf8')));
  const all = Object.entries({ launcher: run.launcher.pid, ...run.processes });
  return all.reduce(
    (sum, [name, pid]) => {
      const { rss, pss } = memory(pid);
      say(`${name.padEnd(16)} ${rss.toFixed(0)} MB resident, ${pss.toFixed(0)} MB its share`);
      return { rss: sum.rss + rss, pss: sum.pss + pss };
    },
    { rss: 0, pss: 0 },
  );
}

const stop = (clone: string) => run('npm', ['run', '--silent', 'stop'], clone);

export async function benchStart(say: Say): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'tokometrics-newcomer-'));
  const clone = join(dir, 'tokometrics');
  try {
    await run('git', ['clone', '--quiet', '--no-hardlinks', repositoryRoot, clone], dir);
    say('a fresh clone, empty caches: npm start');
    const first = await start(clone, dir, say);
    say(`the address after ${first.seconds.toFixed(1)} s`);
    await stop(clone);
    const later: number[] = [];
    for (let turn = 1; turn <= LATER_STARTS; turn += 1) {
      const { seconds } = await start(clone, dir, say);
      say(`start ${String(turn + 1)}: ${seconds.toFixed(1)} s`);
      later.push(seconds);
      if (turn < LATER_STARTS) {
        await stop(clone);
      }
    }
    await new Promise((resolve) => setTimeout(resolve, AT_REST_MS));
    const resident = atRest(clone, say);
    await stop(clone);
    return rowsOf(first, later, resident);
  } finally {
    await stop(clone).catch(() => undefined);
    rmSync(dir, { recursive: true, force: true });
  }
}

function rowsOf(
  first: Start,
  later: readonly number[],
  resident: { readonly rss: number; readonly pss: number },
): Row[] {
  return [
    rowOf({
      id: 'start.first',
      what: 'fresh clone → printed address',
      value: first.seconds,
      unit: 's',
      anchor: { what: 'npm ci and fetching of engines in it', value: first.fetching },
      goal: { atMost: 240 },
    }),
    rowOf({
      id: 'start.own-work',
      what: 'own work in it: from the last engine fetched to the address',
      value: first.seconds - first.fetching,
      unit: 's',
      goal: { atMost: 40 },
    }),
    rowOf({
      id: 'start.later',
      what: `later start (slowest of ${String(later.length)})`,
      value: Math.max(...later),
      unit: 's',
      goal: { atMost: 25 },
    }),
    rowOf({
      id: 'start.resident',
      what: 'whole stack at rest, resident (shared pages counted in each process)',
      value: resident.rss,
      unit: 'MB',
      anchor: { what: 'proportional share', value: resident.pss },
      goal: { atMost: 2500 },
    }),
  ];
}
