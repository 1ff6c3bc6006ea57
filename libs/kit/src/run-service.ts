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
  const { name, lifecycle, log, stopTimeoutMs = 25_000 } = options;
  let isStopping = false;

  const stop = (exitCode: number): void => {
    if (isStopping) {
      return;
    }
    isStopping = true;
    const timer = setTimeout(() => {
      log.fatal({ stopTimeoutMs }, 'stop took too long');
      process.exit(1);
    }, stopTimeoutMs);
    timer.unref();
    lifecycle
      .stop()
      .finally(flushTelemetry)
      .then(
        () => {
          log.info({ name }, 'service stopped');
          process.exit(exitCode);
        },
        (error: unknown) => {
          log.error({ err: error }, 'service stopped with errors');
          process.exit(1);
        },
      );
  };

  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) {
      log.fatal({ signal }, 'second signal, leaving at once');
      process.exit(1);
    }
    log.info({ signal }, 'service stopping');
    stop(0);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);

  // After either of these nothing is known about the state of the process.
  process.on('unhandledRejection', (error) => {
    log.fatal({ err: error }, 'unhandled rejection');
    stop(1);
  });
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception');
    stop(1);
  });

  try {
    await lifecycle.start();
    log.info({ name }, 'service started');
  } catch (error) {
    if (isStopping) {
      return; // the stop that interrupted the start ends the process
    }
    log.fatal({ err: error }, 'service did not start');
    process.exit(1);
  }
}

/** The last spans leave before the process does, when the telemetry file is loaded. */
async function flushTelemetry(): Promise<void> {
  const telemetry: unknown = Reflect.get(globalThis, Symbol.for('tokometrics.telemetry'));
  if (typeof telemetry === 'object' && telemetry !== null && 'shutdown' in telemetry) {
    const { shutdown } = telemetry;
    await (typeof shutdown === 'function' ? shutdown() : undefined);
  }
}
