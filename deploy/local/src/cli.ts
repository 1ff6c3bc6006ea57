import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startEngines } from './engines/start-engines.ts';
import { reset, status, stop } from './launcher/control.ts';
import { PLACES, ROOT } from './launcher/places.ts';
import { replay } from './launcher/replay.ts';
import { start } from './launcher/start.ts';

const USAGE = `usage: tokometrics start | status | stop | reset [--yes] | replay … | engines --data <folder>`;

/** Starts the engines alone, prints their addresses as JSON and stays until it is told to stop. */
async function engines(dataDir: string): Promise<number> {
  const say = (line: string) => {
    process.stderr.write(`${line}\n`);
  };
  const set = await startEngines({ root: ROOT, dataDir, log: say, given: process.env });
  process.stdout.write(`${JSON.stringify(set.env, null, 2)}\n`);
  const signal = await new Promise<string>((done) => {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(name, done);
    }
  });
  say(`${signal}: stopping`);
  await set.stop();
  return 0;
}

async function command(): Promise<number> {
  const [first, ...rest] = process.argv.slice(2);
  if (first === 'replay') {
    // Its words are the job's.
    return replay(rest);
  }
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { data: { type: 'string' }, yes: { type: 'boolean' } },
  });
  switch (positionals[0]) {
    case 'start':
      return start();
    case 'status':
      return status();
    case 'stop':
      return stop();
    case 'reset':
      return reset(values.yes ?? false);
    case 'engines':
      return engines(resolve(values.data ?? PLACES.data));
    default:
      process.stderr.write(`${USAGE}\n`);
      return 2;
  }
}

process.exit(await command());
