#!/usr/bin/env node
/** `npm run bench -- <name> [--json]`: measures, and prints a table or one JSON object. */
import { fileURLToPath } from 'node:url';
import { continueInRightNode, installIfNeeded } from '../../.ci/lib/set-up.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '');

try {
  if (process.env.TOKOMETRICS_NODE !== process.version) {
    installIfNeeded(root, (line) => console.error(line));
  }
  await continueInRightNode(root, fileURLToPath(import.meta.url), process.argv.slice(2));
  await import('../src/cli.ts');
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
