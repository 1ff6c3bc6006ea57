import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { endLeftovers } from '../engines/start-engines.ts';
import { isSameProcess } from '../engines/process-identity.ts';
import { PLACES } from './places.ts';
import { livingRun, readState } from './run-state.ts';
import { tellWhereItRuns } from './start.ts';

const STOP_PATIENCE_MS = 60_000;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** 0 when it runs, 3 when it doesn't, as init scripts have it. */
export function status(): number {
  const run = livingRun(PLACES.state);
  if (run === undefined) {
    const old = readState(PLACES.state);
    say(
      old === undefined
        ? 'TokoMetrics does not run.'
        : 'TokoMetrics does not run; the last run was killed. npm start cleans up.',
    );
    return 3;
  }
  say(tellWhereItRuns(run));
  for (const [name, address] of Object.entries(run.addresses)) {
    say(`  ${name.padEnd(24)} ${address}`);
  }
  for (const [name, pid] of Object.entries(run.processes)) {
    say(`  ${name.padEnd(24)} pid ${String(pid)}`);
  }
  return 0;
}

export async function stop(): Promise<number> {
  const run = livingRun(PLACES.state);
  if (run === undefined) {
    await endLeftovers(PLACES.data, say);
    rmSync(PLACES.state, { force: true });
    say('TokoMetrics does not run.');
    return 0;
  }
  process.kill(run.launcher.pid, 'SIGTERM');
  const until = Date.now() + STOP_PATIENCE_MS;
  while (isSameProcess(run.launcher)) {
    if (Date.now() > until) {
      say(`It does not stop (pid ${String(run.launcher.pid)}); see ${PLACES.logs}.`);
      return 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  say('Stopped.');
  return 0;
}

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) {
    say('Nothing was deleted: there is no terminal to ask at. Add --yes.');
    return false;
  }
  const dialog = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await dialog.question(
    'Delete all data, logs and logins of this installation? Type yes: ',
  );
  dialog.close();
  return answer.trim().toLowerCase() === 'yes';
}

/** Back to the state of a first start; the fetched programs stay. */
export async function reset(isSure: boolean): Promise<number> {
  if (!isSure && !(await isConfirmed())) {
    return 1;
  }
  const code = await stop();
  if (code !== 0) {
    return code;
  }
  for (const path of [PLACES.data, PLACES.logs, PLACES.credentials, PLACES.certificates]) {
    rmSync(path, { recursive: true, force: true });
  }
  say('Data, logs and logins are deleted.');
  return 0;
}
