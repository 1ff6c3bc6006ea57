/** The checks that read the source: each counts as one test when clean, else as many as it found. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lintReport } from './lint-report.mjs';
import { run } from './run.mjs';

const PLAIN = { FORCE_COLOR: '0', NO_COLOR: '1' };
const QUIET_NX = { ...PLAIN, NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true' };

const clean = { passed: 1, failed: 0 };
const broken = (failed, text) => ({ passed: 0, failed: Math.max(1, failed), text: text.trim() });

async function count(root, [command, ...args], pattern) {
  const { code, output } = await run(command, args, { cwd: root, env: QUIET_NX });
  return code === 0 ? clean : broken([...output.matchAll(pattern)].length, output);
}

export function format(root) {
  return count(root, ['prettier', '--check', '.', '--log-level', 'warn'], /^\[warn\] .*\..*$/gm);
}

export function types(root) {
  return count(root, ['tsc', '-b', '--pretty', 'false'], /error TS\d+/g);
}

/** With a warm project graph: without one ESLint says that the boundary rule is skipped, and passes. */
export async function lint(root) {
  const graph = await run('nx', ['show', 'projects'], { cwd: root, env: QUIET_NX });
  if (graph.code !== 0 || !graph.stdout.includes('@tokometrics/kit')) {
    return broken(1, `the project graph could not be made:\n${graph.output}`);
  }
  const file = join(root, '.local', 'tests', 'eslint.json');
  mkdirSync(join(root, '.local', 'tests'), { recursive: true });
  const { code, output } = await run('eslint', ['.', '--format', 'json', '-o', file], {
    cwd: root,
    env: QUIET_NX,
  });
  if (output.includes('will be skipped')) {
    return broken(1, `the boundary rule was skipped:\n${output}`);
  }
  if (code > 1) {
    return broken(1, output);
  }
  const { errors, text, summary } = lintReport(root, JSON.parse(readFileSync(file, 'utf8')));
  return errors === 0 ? { ...clean, text: summary } : broken(errors, `${text}\n${summary}`);
}

/** dependency-cruiser runs no rule at all over a pattern that it deems unsafe: it must say how many. */
export async function layers(root) {
  const { code, output } = await run(
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', 'libs', 'services', 'deploy/local', 'e2e', 'bench'],
    { cwd: root, env: PLAIN },
  );
  const cruised = Number(/(\d+) modules/.exec(output)?.[1] ?? 0);
  if (cruised < 100 || output.includes('Bailing out')) {
    return broken(1, `the layer rules did not run:\n${output}`);
  }
  return code === 0 ? clean : broken([...output.matchAll(/^ {2}error /gm)].length, output);
}

export function deadCode(root) {
  return count(root, ['knip', '--no-progress', '--reporter', 'compact'], /^(?!.*\(\d+\)$).*:.*$/gm);
}

/** One version of each package in the whole workspace, and exact ones. */
export function versions(root) {
  return count(root, ['syncpack', 'lint'], /^\s*✘/gm);
}

/** A script of ours that prints a JSON line `{passed, failed}` last. */
export async function script(root, name) {
  const { code, stdout, output } = await run('node', [`.ci/${name}.mjs`], { cwd: root });
  const last = stdout.trimEnd().split('\n').at(-1) ?? '';
  const counts = /^\{"passed":\d+,"failed":\d+\}$/.test(last) ? JSON.parse(last) : undefined;
  if (counts === undefined) {
    return broken(1, output);
  }
  const isRed = code !== 0 || counts.failed > 0;
  return isRed ? { ...counts, failed: Math.max(1, counts.failed), text: output } : counts;
}
