/** One line per test file as it ends, with the messages of what failed. */
import { relative } from 'node:path';
import { root } from './workspace.mjs';

export default class LineReporter {
  done = 0;

  onTestResult(_test, result, aggregated) {
    this.done += 1;
    const { numPassingTests, numFailingTests, numPendingTests, perfStats } = result;
    const isRed = numFailingTests > 0 || result.testExecError || numPendingTests > 0;
    const seconds = ((perfStats.end - perfStats.start) / 1000).toFixed(1);
    const file = relative(root, result.testFilePath);
    const counts = `${numPassingTests} passed${numFailingTests > 0 ? `, ${numFailingTests} failed` : ''}`;
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped (counts as failed)` : '';
    process.stdout.write(
      `   ${isRed ? '✗' : '✓'} ${this.done}/${aggregated.numTotalTestSuites} ${file}: ${counts}${skipped} (${seconds} s)\n`,
    );
    if (result.failureMessage) {
      process.stdout.write(`${result.failureMessage}\n`);
    }
  }

  getLastError() {
    return undefined;
  }
}
