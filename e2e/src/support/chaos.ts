import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from '@tokometrics/testkit';

/** A service or an engine: what can be killed and started again on the same ports and data. */
export interface Mortal {
  readonly name: string;
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  restart(): Promise<void>;
}

/** As long as something else that it needs is down, a start may fail: it is tried again. */
export async function revive(mortal: Mortal, timeoutMs = 120_000): Promise<void> {
  await eventually(() => mortal.restart(), { timeoutMs, everyMs: 500 });
}

/** Kills at random moments, without a word of warning, and starts again each time. */
export async function killAtRandom(
  mortal: Mortal,
  { times, withinMs, kills }: { times: number; withinMs: number; kills: string[] },
): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await delay(randomInt(withinMs));
    const { pid } = mortal;
    const killedAt = performance.now();
    await mortal.kill('SIGKILL');
    await revive(mortal);
    const awayS = ((performance.now() - killedAt) / 1000).toFixed(1);
    kills.push(
      `${String(Math.round(killedAt))} ms: killed ${mortal.name} (${String(pid)}), back after ${awayS} s`,
    );
  }
}
