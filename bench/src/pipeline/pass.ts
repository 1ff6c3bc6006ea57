import { setTimeout } from 'node:timers/promises';

/** A process's own counters, as they are scraped. */
export type MetricsText = () => Promise<string>;

/** What a consumer group has done so far. */
export interface Work {
  readonly consumed: number;
  readonly settled: number;
  readonly rerollSeconds: number;
  readonly cpuSeconds: number;
  readonly residentMb: number;
}

export interface Pass {
  /** From the first fetched record to the last one settled. */
  readonly seconds: number;
  readonly records: number;
  readonly rerollSeconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

const LOOK_MS = 250;
const LIMIT_MS = 600_000;
const NUMBER = String.raw`([\d.e+-]+)$`;

export const NOTHING_DONE: Work = {
  ...{ consumed: 0, settled: 0, rerollSeconds: 0, cpuSeconds: 0, residentMb: 0 },
};

export async function workOf(metrics: MetricsText, group: string): Promise<Work> {
  const text = await metrics();
  const sum = (name: string, labels = ''): number =>
    [...text.matchAll(new RegExp(`${name}(?:\\{[^}]*${labels}[^}]*\\})? ${NUMBER}`, 'gm'))].reduce(
      (total, [, value]) => total + Number(value),
      0,
    );
  return {
    consumed: sum('messages_consumed_total', `group="${group}"`),
    settled: sum('messages_settled_total', `group="${group}"`),
    rerollSeconds: sum('reroll_seconds_sum'),
    cpuSeconds: sum('^process_cpu_seconds_total'),
    residentMb: sum('^process_resident_memory_bytes') / 1e6,
  };
}

/** Waits until the group has settled so many records more, and says what that took. */
export async function passFrom(
  before: Work,
  metrics: MetricsText,
  group: string,
  records: number,
): Promise<Pass> {
  const giveUpAt = performance.now() + LIMIT_MS;
  let beganAt: number | undefined;
  let peakMb = 0;
  for (;;) {
    const now = await workOf(metrics, group);
    peakMb = Math.max(peakMb, now.residentMb);
    if (beganAt === undefined && now.consumed > before.consumed) {
      beganAt = performance.now();
    }
    const settled = now.settled - before.settled;
    if (settled >= records) {
      return {
        seconds: (performance.now() - (beganAt ?? performance.now())) / 1000,
        records,
        rerollSeconds: now.rerollSeconds - before.rerollSeconds,
        cpuSeconds: now.cpuSeconds - before.cpuSeconds,
        peakMb,
      };
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`${group} has settled ${String(settled)} of ${String(records)} records`);
    }
    await setTimeout(LOOK_MS);
  }
}
