import { parseArgs } from 'node:util';
import { benchConnector } from './connector.ts';
import { benchDashboard } from './dashboard.ts';
import { benchMainJob } from './main-job.ts';
import { benchPipeline } from './pipeline/index.ts';
import { machine, table, versions } from './report.ts';
import type { Row } from './report.ts';
import { benchStart } from './start.ts';

export type Say = (line: string) => void;

const BENCHES: Readonly<Record<string, (say: Say) => Promise<Row[]>>> = {
  start: benchStart,
  'main-job': benchMainJob,
  connector: benchConnector,
  pipeline: benchPipeline,
  dashboard: benchDashboard,
};

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean', default: false } },
  });
  const name = positionals[0] ?? '';
  const bench = BENCHES[name];
  if (bench === undefined) {
    process.stderr.write(`usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')} [--json]\n`);
    return 2;
  }
  const startedAt = performance.now();
  const say: Say = (line) => {
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(7);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
  const before = machine();
  const rows = await bench(say);
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ name, machine: before, versions: versions(), rows })}\n`,
    );
  } else {
    const facts = (of: object) =>
      Object.entries(of)
        .map(([key, value]) => `${key} ${String(value)}`)
        .join(' · ');
    process.stdout.write(
      `\nbench ${name}\n${facts(before)}\n${facts(versions())}\n\n${table(rows)}\n`,
    );
  }
  return 0;
}

process.exit(await main());
