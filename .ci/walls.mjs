/**
 * Sees every wall fire: builds a small copy of the workspace (real configurations, real projects,
 * planted sources), breaks each rule once, and asks the real tools. A clean file per room shows that
 * the rules do not fire on everything. Prints `{"passed":n,"failed":n}` last.
 */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BREACHES, CLEAN, GROUND } from './lib/breaches.mjs';
import { run } from './lib/run.mjs';
import { projects, root } from './lib/workspace.mjs';

const CONFIGURATIONS = [
  'package.json',
  'package-lock.json',
  'nx.json',
  'eslint.config.mjs',
  '.dependency-cruiser.cjs',
  'tsconfig.base.json',
  'tsconfig.json',
  'jest.preset.mjs',
  '.prettierrc.json',
  '.gitignore',
];

/** All packages by link; ours lead into the copy, so that an import there stays there. */
function linkPackages(copy) {
  const from = join(root, 'node_modules');
  const to = join(copy, 'node_modules');
  mkdirSync(join(to, '@tokometrics'), { recursive: true });
  for (const name of readdirSync(from).filter((entry) => entry !== '@tokometrics')) {
    symlinkSync(join(from, name), join(to, name));
  }
  for (const { name, folder } of projects()) {
    symlinkSync(join(copy, folder), join(to, '@tokometrics', name));
  }
}

function plant(copy) {
  for (const file of CONFIGURATIONS) {
    cpSync(join(root, file), join(copy, file));
  }
  for (const { folder } of projects()) {
    mkdirSync(join(copy, folder, 'src'), { recursive: true });
    for (const file of ['package.json', 'tsconfig.json', 'jest.config.mjs']) {
      cpSync(join(root, folder, file), join(copy, folder, file));
    }
  }
  const sources = { ...GROUND, ...CLEAN };
  for (const { file, source, also = {} } of BREACHES) {
    Object.assign(sources, source === undefined ? {} : { [file]: source }, also);
  }
  for (const [file, source] of Object.entries(sources)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), `${source}\n`);
  }
}

async function lintFindings(copy) {
  const env = { NX_DAEMON: 'false', NX_TUI: 'false', NX_NO_CLOUD: 'true', NX_WORKSPACE_ROOT: copy };
  const options = { cwd: copy, env };
  // A copy must not read or write the cache of the original.
  const cold = await run('nx', ['show', 'projects'], options);
  if (cold.code !== 0) {
    throw new Error(`no project graph in the copy:\n${cold.output}`);
  }
  const { code, output, stdout } = await run('eslint', ['.', '--format', 'json'], options);
  if (code > 1 || output.includes('will be skipped')) {
    throw new Error(`ESLint did not run, or without the boundary rule:\n${output.slice(0, 900)}`);
  }
  return JSON.parse(stdout).flatMap(({ filePath, messages }) =>
    messages
      .filter(({ severity }) => severity === 2)
      .map(({ ruleId, message }) => ({
        file: filePath.replace(`${copy}/`, ''),
        rule: ruleId ?? 'parser',
        message,
      })),
  );
}

async function layerFindings(copy) {
  const { stdout, output } = await run(
    'depcruise',
    [
      '--config',
      '.dependency-cruiser.cjs',
      '--output-type',
      'json',
      'libs',
      'services',
      'deploy/local',
      'e2e',
      'bench',
    ],
    { cwd: copy },
  );
  if (output.includes('Bailing out')) {
    throw new Error(`dependency-cruiser ran no rule:\n${output}`);
  }
  return JSON.parse(stdout).summary.violations.map(({ from, to, rule }) => ({
    file: from,
    rule: rule.name,
    message: `→ ${to}`,
  }));
}

/** A wall stands when its breach is found in the planted file, by that rule, with that message. */
function isSeen(findings, { file, rule, says }) {
  return findings.some(
    (one) =>
      one.file === file && one.rule === rule && (says === undefined || one.message.includes(says)),
  );
}

const copy = mkdtempSync(join(tmpdir(), 'tokometrics-walls-'));
try {
  linkPackages(copy);
  plant(copy);
  const [lint, layers] = await Promise.all([lintFindings(copy), layerFindings(copy)]);
  const findings = [...lint, ...layers];
  const results = [
    ...BREACHES.map((breach) => ({
      title: `${breach.rule}: ${breach.what}`,
      isGood: isSeen(findings, breach),
      found: findings.filter(({ file }) => file === breach.file),
    })),
    ...Object.keys(CLEAN).map((file) => ({
      title: `nothing fires on ${file}`,
      isGood: findings.every((one) => one.file !== file),
      found: findings.filter((one) => one.file === file),
    })),
  ];
  for (const { title, isGood, found } of results) {
    console.log(`${isGood ? '✓' : '✗'} ${title}`);
    if (!isGood) {
      console.log(`    found instead: ${JSON.stringify(found)}`);
    }
  }
  const passed = results.filter(({ isGood }) => isGood).length;
  const failed = results.length - passed;
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(JSON.stringify({ passed, failed }));
} finally {
  rmSync(copy, { recursive: true, force: true });
}
