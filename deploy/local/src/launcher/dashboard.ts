import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Log } from '../engines/engine.ts';
import { PLACES, ROOT } from './places.ts';

const NOT_SOURCES: ReadonlySet<string> = new Set(['node_modules', 'dist', 'dist-types']);

function newestIn(path: string): number {
  if (!existsSync(path)) {
    return 0;
  }
  const stat = lstatSync(path);
  if (!stat.isDirectory()) {
    return stat.mtimeMs;
  }
  return readdirSync(path)
    .filter((name) => !NOT_SOURCES.has(name))
    .reduce((newest, name) => Math.max(newest, newestIn(join(path, name))), 0);
}

function isBuilt(): boolean {
  const page = join(PLACES.builtDashboard, 'index.html');
  const sources = Math.max(
    newestIn(PLACES.dashboard),
    newestIn(join(ROOT, 'libs', 'contracts', 'src')),
  );
  return existsSync(page) && statSync(page).mtimeMs > sources;
}

function viteProgram(): string {
  const manifest = createRequire(join(PLACES.dashboard, 'package.json')).resolve(
    'vite/package.json',
  );
  return join(dirname(manifest), 'bin', 'vite.js');
}

/** Vite's own output, whose end names what is wrong. */
async function build(): Promise<string | undefined> {
  const vite = spawn(process.execPath, [viteProgram(), 'build', '--logLevel', 'warn'], {
    cwd: PLACES.dashboard,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = () => vite.kill();
  process.once('exit', end);
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  vite.stdout.on('data', keep);
  vite.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    vite.once('error', reject);
    vite.once('close', resolve);
  }).finally(() => process.off('exit', end));
  return code === 0 ? undefined : output.slice(-3000);
}

/** Builds the dashboard's files when its sources are newer; types are `npm run typecheck`'s. */
export async function ensureDashboard(log: Log): Promise<void> {
  if (isBuilt()) {
    return;
  }
  if (!existsSync(join(PLACES.dashboard, 'index.html'))) {
    throw new Error(
      'The dashboard cannot be built: services/dashboard/index.html is not in this checkout.',
    );
  }
  const startedAt = Date.now();
  const complaint = await build();
  if (complaint !== undefined) {
    throw new Error(
      `The dashboard could not be built, so there is nothing to open. Vite says:\n${complaint}`,
    );
  }
  log(`dashboard: built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
