// `npm test`: sets itself up, runs each project's tests with progress, ends with one plain line.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PROJECTS = [
  'libs/contracts',
  'libs/kit',
  'services/ingestion',
  'services/identity',
  'services/gateway',
];

if (!existsSync(join(root, 'node_modules', '.bin', 'jest'))) {
  console.log('installing dependencies (npm ci), about a minute');
  const installed = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (installed.status !== 0) {
    console.log('npm ci failed: is a package registry reachable?');
    process.exit(1);
  }
}

const own = join(root, 'node_modules', '.bin', 'node');
const node = existsSync(own) ? own : process.execPath;
const reports = mkdtempSync(join(tmpdir(), 'tokometrics-tests-'));
const total = { passed: 0, failed: 0 };

for (const project of PROJECTS) {
  const started = performance.now();
  const report = join(reports, `${project.replaceAll('/', '-')}.json`);
  spawnSync(
    node,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(root, 'node_modules/jest/bin/jest.js'),
      '--testPathIgnorePatterns=\\.int\\.test\\.ts$',
      '--json',
      `--outputFile=${report}`,
    ],
    { cwd: join(root, project), stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  // A suite that could not even be loaded, or a runner that wrote no report, is a failure.
  total.passed += result?.numPassedTests ?? 0;
  total.failed += result ? result.numFailedTests + result.numRuntimeErrorTestSuites : 1;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${project}: ${result?.numPassedTests ?? 0} passed in ${seconds} s`);
}

console.log(`Tests: ${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 && total.passed > 0 ? 0 : 1);
