import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from './run.mjs';

/** Failed, skipped and not even loaded test files all count: a skipped test proves nothing. */
function countsOf(report) {
  const broken = report.testResults.filter(
    ({ assertionResults, status }) => status === 'failed' && assertionResults.length === 0,
  ).length;
  const skipped = report.numPendingTests + report.numTodoTests;
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken + skipped,
  };
}

const MESSAGE_LINES = 20;
const beginning = (text) => text.split('\n').slice(0, MESSAGE_LINES).join('\n');

/** What failed, each with its file and the beginning of its message. */
function failuresOf(root, report) {
  return report.testResults.flatMap(({ name, message, status, assertionResults }) => {
    const file = relative(root, name);
    if (status === 'failed' && assertionResults.length === 0) {
      return [`${file}\n${beginning(message)}`];
    }
    return assertionResults
      .filter((result) => result.status !== 'passed')
      .map(
        (result) => `${file}: ${result.fullName}\n${beginning(result.failureMessages.join('\n'))}`,
      );
  });
}

/**
 * Files at a time. Some integration tests and all faults wait for leases, timeouts and restarts, and
 * others work meanwhile; whole systems on shared engines go one by one, each takes what the machine has.
 */
const WORKERS = { unit: 2, int: 4, fault: 2 };

/** All projects' tests of one kind in one Jest run. */
export async function jestPart(root, kind, { names = [], env = {}, limitMs = 900_000 } = {}) {
  const report = join(root, '.local', 'tests', `${kind}.json`);
  mkdirSync(join(root, '.local', 'tests'), { recursive: true });
  rmSync(report, { force: true });
  const { code, output, timedOut, lingered } = await run(
    'node',
    [
      '-C',
      '@tokometrics/source',
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      'node_modules/jest/bin/jest.js',
      '--config=.ci/jest.config.mjs',
      '--json',
      `--outputFile=${report}`,
      kind in WORKERS ? `--maxWorkers=${WORKERS[kind]}` : '--runInBand',
      '--passWithNoTests',
    ],
    {
      cwd: root,
      show: true,
      limitMs,
      // Written when all tests are through: what a test left open must not hold up the parts behind.
      isOver: () => existsSync(report),
      env: { ...env, TEST_KIND: kind, TEST_PROJECTS: names.join(','), FORCE_COLOR: '0' },
    },
  );
  if (timedOut) {
    return { passed: 0, failed: 1, text: `not done after ${limitMs / 1000} s` };
  }
  const said = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  if (said === undefined) {
    const isEmpty = code === 0 || /No projects|No tests found/.test(output);
    return isEmpty && names.length > 0
      ? { passed: 0, failed: 0 }
      : { passed: 0, failed: 1, text: isEmpty ? 'there is no test of this kind' : output };
  }
  const counts = { ...countsOf(said), failures: failuresOf(root, said) };
  if (counts.passed + counts.failed === 0 && names.length === 0) {
    return { passed: 0, failed: 1, text: 'there is no test of this kind' };
  }
  if (lingered) {
    return { ...counts, text: 'ended by us: a test left a connection or a timer open' };
  }
  return code !== 0 && counts.failed === 0
    ? { ...counts, failed: 1, text: 'Jest ended with a failure of its own' }
    : counts;
}
