import { flushCompileCache } from 'node:module';
import { flushTelemetry } from './flush-telemetry.ts';
import type { Lifecycled } from './lifecycle.ts';
import type { Logger } from './logging.ts';

export interface RunServiceOptions {
  readonly name: string;
  readonly lifecycle: Lifecycled;
  readonly log: Logger;
  /** All of the stop together; default 25 s, below the 30 s after which a platform kills. */
  readonly stopTimeoutMs?: number;
}

/**
 * Starts a service and ends the process: 0 after an orderly stop, 1 after a failed start, an
 * unhandled error, a stop that failed or took too long, or a second signal.
 */
export async function runService(options: RunServiceOptions): Promise<void> {
  const { name, lifecycle, log } = options;
  const ending = createEnding(options);

  const onSignal = (signal: NodeJS.Signals): void => {
    if (ending.hasBegun()) {
      log.fatal({ signal }, 'second signal, leaving at once');
      process.exit(1);
    }
    log.info({ signal }, 'service stopping');
    ending.begin(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  // After either of these nothing is known about the state of the process.
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    ending.begin(1);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    ending.begin(1);
  });

  try {
    await lifecycle.start();
    log.info({ name }, 'service started');
    // Where compiled sources are kept (NODE_COMPILE_CACHE), they are now, not only at the exit: a
    // killed service leaves them too.
    flushCompileCache();
  } catch (error) {
    if (!ending.hasBegun()) {
      log.fatal({ err: error }, 'service did not start');
      await flushTelemetry();
      process.exit(1);
    }
    // Else a stop interrupted the start, and that stop ends the process.
  }
}

function createEnding({ name, lifecycle, log, stopTimeoutMs = 25_000 }: RunServiceOptions) {
  let begun = false;
  let exitCode = 0;

  const end = async (): Promise<void> => {
    try {
      await lifecycle.stop();
    } catch (error) {
      log.error({ err: error }, 'service stopped with errors');
      exitCode = 1;
    }
    await flushTelemetry();
    log.info({ name, exitCode }, 'service stopped');
    process.exit(exitCode);
  };

  return {
    hasBegun: () => begun,
    begin(code: 0 | 1): void {
      exitCode = Math.max(exitCode, code);
      if (begun) {
        return;
      }
      begun = true;
      setTimeout(() => {
        log.fatal({ stopTimeoutMs }, 'stop took too long');
        process.exit(1);
      }, stopTimeoutMs);
      void end();
    },
  };
}
