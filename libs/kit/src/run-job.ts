import { AppError } from './errors.ts';
import { flushTelemetry } from './flush-telemetry.ts';
import type { Lifecycled } from './lifecycle.ts';
import type { Logger } from './logging.ts';

export interface Job {
  /** What the work needs: started before it, stopped behind it. */
  readonly lifecycle: Lifecycled;
  /** Ends early, at a safe place, when the signal aborts. */
  work(signal: AbortSignal): Promise<void>;
}

export interface RunJobOptions {
  readonly name: string;
  readonly log: Logger;
  /** Reads the arguments and builds the job; what it refuses is refused before anything connects. */
  readonly prepare: () => Job;
}

/**
 * Runs something that ends, and ends the process: 0 when it is done, 2 for arguments that are wrong,
 * 1 for all else. A failure that was meant is one sentence on standard error, without a stack.
 */
export async function runJob({ name, log, prepare }: RunJobOptions): Promise<void> {
  const stopping = new AbortController();
  const stop = (): void => {
    if (stopping.signal.aborted) {
      process.exit(130);
    }
    stopping.abort();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  const code = await carryOut(prepare, stopping.signal, (error) => {
    const told = findAppError(error);
    process.stderr.write(`${name}: ${sentenceOf(told)}\n`);
    if (told === undefined || told.code === 'internal') {
      log.error({ err: error }, 'a job failed');
    } else if (told.code !== 'request.invalid') {
      log.info({ err: error }, 'a job ended without being done');
    }
    return told?.code === 'request.invalid' ? 2 : 1;
  });
  await flushTelemetry();
  process.exit(code);
}

async function carryOut(
  prepare: () => Job,
  signal: AbortSignal,
  onFailure: (error: unknown) => number,
): Promise<number> {
  let lifecycle: Lifecycled | undefined;
  let code = 0;
  try {
    const job = prepare();
    ({ lifecycle } = job);
    await lifecycle.start();
    await job.work(signal);
  } catch (error) {
    code = onFailure(error);
  }
  try {
    await lifecycle?.stop();
  } catch (error) {
    code = Math.max(code, onFailure(error));
  }
  return code;
}

const MAX_CAUSES = 8;

/** The outermost error that was meant to be read; a life cycle wraps it. */
function findAppError(error: unknown): AppError | undefined {
  let current = error;
  for (let depth = 0; depth < MAX_CAUSES && current instanceof Error; depth += 1) {
    if (current instanceof AppError) {
      return current;
    }
    current = current.cause;
  }
  return undefined;
}

function sentenceOf(error: AppError | undefined): string {
  if (error === undefined) {
    return 'it failed for a reason that is no one’s input; the log lines above say where.';
  }
  const reason = error.details?.reason;
  const hint =
    error.code === 'upstream.unavailable'
      ? '. Nothing is lost: see that Kafka, Vault and the stores run, then give the same command again'
      : '';
  return `${error.message}${hint}${reason === undefined ? '' : ` (${reason})`}`;
}
