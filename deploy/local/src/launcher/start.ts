import { endLeftovers } from '../engines/start-engines.ts';
import { messageOf } from '../engines/errors.ts';
import type { Log } from '../engines/engine.ts';
import { SERVICES } from '../services/table.ts';
import { ensureDashboard } from './dashboard.ts';
import { PLACES, ROOT } from './places.ts';
import { claimRun, isClaim } from './run-state.ts';
import type { RunClaim, RunState } from './run-state.ts';
import { startStack } from './stack.ts';
import type { Stack } from './stack.ts';

/** Tried first; where one is taken another is found, printed, and kept for the next starts. */
const PREFERRED_PORTS = {
  'gateway PORT': 4800,
  'mailbox page': 4825,
  'tiktok-sandbox PORT': 4810,
  'tiktok-sandbox CONTROL_PORT': 4811,
  'privacy DPO_PORT': 4844,
};

/** Settings of the terminal that are meant for the services. */
const PASSED_ON = ['CLOCK_AT', 'LOG_LEVEL', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

export function tellWhereItRuns(state: RunState): string {
  const address = state.addresses['dashboard'];
  return address === undefined
    ? `TokoMetrics is ${state.phase} (pid ${String(state.launcher.pid)}, since ${state.startedAt}).`
    : `TokoMetrics runs at ${address} (pid ${String(state.launcher.pid)}, since ${state.startedAt}). Stop it with npm run stop.`;
}

function createSay(): Log {
  const startedAt = Date.now();
  return (line) => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
    process.stdout.write(`${seconds} s  ${line}\n`);
  };
}

function addressesOf(stack: Stack): Record<string, string> {
  const { services, mailbox } = stack;
  const control = services['tiktok-sandbox']?.ports['CONTROL_PORT'];
  const dpo = services['privacy']?.ports['DPO_PORT'];
  const metrics = SERVICES.flatMap(({ name }) => {
    const service = services[name];
    return service === undefined ? [] : [[`${name} metrics`, `${service.opsUrl}/metrics`] as const];
  });
  return {
    ...(services['gateway'] === undefined ? {} : { dashboard: stack.publicUrl }),
    'local mailbox': mailbox.pageUrl,
    ...(control === undefined
      ? {}
      : { 'sandbox control API': `http://localhost:${String(control)}/control` }),
    ...(dpo === undefined ? {} : { 'DPO listener': `https://localhost:${String(dpo)}` }),
    ...Object.fromEntries(metrics),
  };
}

function processesOf(stack: Stack): Record<string, number> {
  const all = [...Object.values(stack.engines.engines), ...Object.values(stack.services)];
  return Object.fromEntries(all.map(({ name, pid }) => [name, pid]));
}

function announce(stack: Stack): void {
  const { credentials, certificates } = stack;
  const addresses = addressesOf(stack);
  const isMetrics = (name: string) => name.endsWith(' metrics');
  const line = (what: string, where: string) => `  ${what.padEnd(24)} ${where}`;
  const others = Object.entries(addresses).filter(
    ([name]) => name !== 'dashboard' && !isMetrics(name),
  );
  const metrics = Object.entries(addresses).filter(([name]) => isMetrics(name));
  const lines = [
    '',
    ...(addresses['dashboard'] === undefined ? [] : [line('Open', addresses['dashboard'])]),
    line('Sign in with', credentials.demoEmail),
    line('Password', credentials.demoPassword),
    '',
    ...others.map(([name, address]) => line(name, address)),
    line('DPO client certificate', certificates.client.cert),
    '',
    ...metrics.map(([name, address]) => line(name, address)),
    '',
    line('Logs', PLACES.logs),
    line('Stop', 'Ctrl-C here, or npm run stop elsewhere'),
    '',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Resolves with the first signal; a second one ends the process at once. */
function untilSignal(): Promise<string> {
  return new Promise((resolve) => {
    let isAsked = false;
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(name, () => {
        if (isAsked && name !== 'SIGHUP') {
          process.exit(130);
        }
        isAsked = true;
        resolve(name);
      });
    }
  });
}

async function stopParts(parts: readonly (() => Promise<void>)[], say: Log): Promise<void> {
  for (const stop of parts.toReversed()) {
    try {
      await stop();
    } catch (error) {
      say(`while stopping: ${messageOf(error)}`);
    }
  }
  // What was just being started and had no handle yet.
  await endLeftovers(PLACES.data, say);
}

async function run(claim: RunClaim, say: Log): Promise<number> {
  const parts: (() => Promise<void>)[] = [];
  const signal = untilSignal();
  const env: Record<string, string> = {};
  for (const key of PASSED_ON) {
    const value = process.env[key];
    if (value !== undefined && value !== '') {
      env[key] = value;
    }
  }
  const dashboard = ensureDashboard(say);
  // Awaited before the services start; until then a failure must not count as unhandled.
  dashboard.catch(() => undefined);
  const starting = startStack({
    root: ROOT,
    dir: PLACES.local,
    log: say,
    given: process.env,
    env,
    preferredPorts: PREFERRED_PORTS,
    heals: true,
    onPart: (stop) => parts.push(stop),
    beforeServices: dashboard,
  });
  let code = 0;
  try {
    const outcome = await Promise.race([starting, signal]);
    if (typeof outcome !== 'string') {
      const stack = outcome;
      claim.update({
        phase: 'running',
        addresses: addressesOf(stack),
        processes: processesOf(stack),
        door: stack.replayDoor,
      });
      announce(stack);
      say('running');
    }
    say(`${await signal}: stopping`);
  } catch (error) {
    say(messageOf(error));
    code = 1;
  }
  claim.update({ phase: 'stopping' });
  starting.catch(() => undefined);
  await stopParts(parts, say);
  say('stopped');
  return code;
}

export async function start(): Promise<number> {
  const claim = claimRun(PLACES.state);
  if (!isClaim(claim)) {
    process.stdout.write(`${tellWhereItRuns(claim)}\n`);
    return 0;
  }
  try {
    return await run(claim, createSay());
  } finally {
    claim.release();
  }
}
