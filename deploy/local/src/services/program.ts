import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../engines/engine.ts';
import { SERVICES } from './table.ts';
import type { ServiceEntry } from './table.ts';

// Node's own 16 MB per half cost 20 MB a process and buy most of them nothing.
const YOUNG_MB = 4;

/** How Node runs a service from its sources. */
export function serviceArgs({ youngMb = YOUNG_MB }: Pick<ServiceEntry, 'youngMb'>): string[] {
  return [
    ...['-C', '@tokometrics/source', '--disable-warning=ExperimentalWarning'],
    `--max-semi-space-size=${String(youngMb)}`,
    ...['--import', '@tokometrics/kit/telemetry', 'src/main.ts'],
  ];
}

const LONGEST_LOAD_MS = 30_000;

function cacheDir(root: string): string {
  return join(root, '.local', 'cache', 'node');
}

/** Stripped and compiled sources are kept: a service then starts with about half the work. */
export function compileCacheEnv(root: string): Readonly<Record<string, string>> {
  return { NODE_COMPILE_CACHE: cacheDir(root) };
}

function load(root: string, service: ServiceEntry, giveUp: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...serviceArgs(service), '--check-config'], {
      cwd: join(root, 'services', service.name),
      env: { PATH: process.env['PATH'], ...compileCacheEnv(root) },
      stdio: 'ignore',
      signal: AbortSignal.any([giveUp, AbortSignal.timeout(LONGEST_LOAD_MS)]),
    });
    child.once('error', () => {
      resolve();
    });
    child.once('close', () => {
      resolve();
    });
  });
}

/**
 * Fills an empty cache while engines are fetched and the processors have nothing to do. Each
 * program loads all of its modules, finds no configuration and ends; how it ends doesn't matter.
 */
export async function fillCompileCache(root: string, giveUp: AbortSignal, log: Log): Promise<void> {
  if (existsSync(cacheDir(root))) {
    return;
  }
  const startedAt = Date.now();
  for (const service of SERVICES) {
    if (giveUp.aborted) {
      return;
    }
    await load(root, service, giveUp);
  }
  log(`services: compiled in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
