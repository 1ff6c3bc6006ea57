import { startChild } from './child.ts';
import type { Child, ChildSpec } from './child.ts';
import type { Log } from './engine.ts';
import { messageOf } from './errors.ts';

/** A process that should run until it is stopped. */
export interface Supervised {
  readonly pid: number;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Stops it if it runs and starts it again on the same ports and data. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Who has served this long is healthy: the next death starts with the shortest pause again. */
const HEALTHY_AFTER_MS = 60_000;

export interface SuperviseOptions {
  readonly spec: () => ChildSpec;
  /** Start it again when it dies on its own; tests that kill on purpose leave this off. */
  readonly heals: boolean;
  readonly log: Log;
}

export async function supervise({ spec, heals, log }: SuperviseOptions): Promise<Supervised> {
  let isWanted = true;
  let current: Child | undefined;
  let lastPid = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let starting: Promise<void> | undefined;
  const hasBeenHalted = () => !isWanted;

  const start = async (): Promise<void> => {
    const startedAt = Date.now();
    const child = await startChild(spec(), (early) => {
      current = early;
      lastPid = early.pid;
    });
    void child.ended.then((how) => {
      if (current !== child) {
        return;
      }
      current = undefined;
      if (Date.now() - startedAt > HEALTHY_AFTER_MS) {
        pauseMs = FIRST_PAUSE_MS;
      }
      if (isWanted && heals) {
        log(`${spec().name} ended (${how}); starting it again in ${String(pauseMs / 1000)} s`);
        starting = heal();
      }
    });
  };

  const heal = async (): Promise<void> => {
    while (isWanted && current === undefined) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
      if (hasBeenHalted()) {
        return;
      }
      try {
        await start();
        log(`${spec().name} runs again (pid ${String(lastPid)})`);
      } catch (error) {
        current = undefined;
        log(`${spec().name}: ${messageOf(error)}`);
      }
    }
  };

  const halt = async (): Promise<void> => {
    isWanted = false;
    const child = current;
    await child?.stop();
    // A start that was under way ends with the child that it waited for.
    await starting?.catch(() => undefined);
    await current?.stop();
    current = undefined;
  };

  await start();
  return {
    get pid() {
      return lastPid;
    },
    async kill(signal) {
      await current?.kill(signal);
    },
    async restart() {
      await halt();
      isWanted = true;
      pauseMs = FIRST_PAUSE_MS;
      await start();
    },
    stop: halt,
  };
}
