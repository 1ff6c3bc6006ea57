#!/usr/bin/env node
/**
 * `npm test`: everything that is checked, in one command, with its own set-up.
 *   npm test -- --only unit,lint        some parts
 *   npm test -- --project connector     some projects' tests
 * Ends with the line `Tests: N passed, N failed`; the exit code is 0 only if nothing failed.
 */
import { fileURLToPath } from 'node:url';
import { continueInRightNode, installIfNeeded } from './lib/set-up.mjs';

const root = fileURLToPath(new URL('../', import.meta.url)).replace(/\/$/, '');
const args = process.argv.slice(2);

try {
  if (process.env.TOKOMETRICS_NODE !== process.version) {
    installIfNeeded(root, (line) => console.log(line));
  }
  await continueInRightNode(root, fileURLToPath(import.meta.url), args);
  const { runParts } = await import('./lib/parts.mjs');
  process.exitCode = await runParts(root, args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log('Tests: 0 passed, 1 failed');
  process.exitCode = 1;
}
