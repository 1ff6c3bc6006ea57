import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startEngines } from './engines/start-engines.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const say = (line: string) => {
  process.stderr.write(`${line}\n`);
};

/** Starts the engines alone, prints their addresses as JSON and stays until it is told to stop. */
async function engines(dataDir: string): Promise<void> {
  const set = await startEngines({ root, dataDir, log: say, given: process.env });
  process.stdout.write(`${JSON.stringify(set.env, null, 2)}\n`);
  const signal = await new Promise<string>((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(name, done);
    }
  });
  say(`${signal}: stopping`);
  await set.stop();
}

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { data: { type: 'string' } },
});
if (positionals[0] === 'engines') {
  await engines(resolve(values.data ?? join(root, '.local', 'data')));
}
