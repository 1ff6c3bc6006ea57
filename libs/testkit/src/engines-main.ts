/**
 * The shared set of engines for a test run, as a process of its own: prints their addresses as one
 * line of JSON, lives as long as its standard input is open, and takes its data along.
 */
import { once } from 'node:events';
import { startTestEngines } from './test-engines.ts';

const say = (line: string) => {
  process.stderr.write(`${line}\n`);
};

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const over = Promise.race([
  once(process.stdin.resume(), 'end'),
  ...signals.map((signal) => once(process, signal)),
]);
const set = await startTestEngines({ given: process.env, log: say });
process.stdout.write(`${JSON.stringify(set.env)}\n`);
await over;
await set.stop();
process.exit(0);
