import {
  pino,
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
} from 'pino';
import { AppError } from './errors.ts';
import { maskLine, redactFields } from './redaction.ts';
import { prettyStream } from './pretty-log.ts';

export type { Logger } from 'pino';

export interface LoggerOptions {
  readonly service: string;
  readonly level?: string;
  /** Default stdout: JSON lines, or readable ones when it is a terminal. */
  readonly destination?: DestinationStream;
}

/** Object first, then a constant sentence: `log.warn({ err, shopKey }, 'token refresh refused')`. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: serializeError, error: serializeError },
      formatters: {
        level: (label) => ({ level: label }),
        bindings: redactFields,
        log: redactFields,
      },
      hooks: { streamWrite: maskLine },
    },
    destination ?? (process.stdout.isTTY ? prettyStream(process.stdout) : pino.destination(1)),
  );
  return guardBindings(logger);
}

/** pino's formatter of bindings does not reach children, which inherit this method instead. */
function guardBindings(logger: Logger): Logger {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the child's own `this`
  const createChild = logger.child<never>;
  return Object.assign(logger, {
    child(this: Logger, bindings: Bindings, options?: ChildLoggerOptions): Logger {
      return createChild.call(this, redactFields(bindings), options);
    },
  });
}

export interface LoggedError {
  readonly type: string;
  readonly code?: string | number;
  readonly reason?: string;
  readonly message: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

const MAX_CAUSES = 4;

/**
 * Drivers hang requests, headers, bodies and whole configurations on their errors. Only what is
 * listed here is kept, so a new property of a driver cannot leak.
 */
export function serializeError(error: unknown, depth = 0): LoggedError {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: 'not an error object' };
  }
  const code: unknown = 'code' in error ? error.code : undefined;
  const hasCode = typeof code === 'string' || typeof code === 'number';
  const reason = error instanceof AppError ? error.details?.reason : undefined;
  const hasCause = error.cause !== undefined && depth < MAX_CAUSES;
  return {
    type: error.name,
    ...(hasCode ? { code } : {}),
    ...(reason === undefined ? {} : { reason }),
    message: error.message,
    ...(error.stack === undefined ? {} : { stack: error.stack }),
    ...(hasCause ? { cause: serializeError(error.cause, depth + 1) } : {}),
  };
}
