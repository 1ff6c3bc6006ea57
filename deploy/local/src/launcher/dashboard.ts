import { spawn } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Log } from '../engines/engine.ts';
import { PLACES, ROOT } from './places.ts';

const NOT_SOURCES: ReadonlySet<string> = new Set([
  'node_modules',
  'dist',
  'dist-types',
  'dist-web',
]);

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

/** Builds the dashboard's files when its sources are newer; types are `npm run typecheck`'s. */
export async function ensureDashboard(log: Log): Promise<void> {
  if (!existsSync(join(PLACES.dashboard, 'index.html')) || isBuilt()) {
    return;
  }
  const startedAt = Date.now();
  const build = spawn(
    process.execPath,
    [viteProgram(), 'build', '--outDir', 'dist-web', '--emptyOutDir', '--logLevel', 'warn'],
    { cwd: PLACES.dashboard, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  const keep = (chunk: Buffer) => {
    output += chunk.toString('utf8');
  };
  build.stdout.on('data', keep);
  build.stderr.on('data', keep);
  const code = await new Promise<number | null>((resolve, reject) => {
    build.once('error', reject);
    build.once('close', resolve);
  });
  if (code !== 0) {
    throw new Error(`the dashboard could not be built:\n${output.slice(-3000)}`);
  }
  log(`dashboard: built in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
}
