interface ErrorRow {
  readonly status: number;
  readonly title: string;
}

/** Closed: the general codes of every API answer. What a code means in a domain is `reason`. */
export const ERROR_TABLE = {
  'request.invalid': { status: 400, title: 'The request is not valid' },
  'request.method': { status: 405, title: 'This method is not offered here' },
  'request.too_large': { status: 413, title: 'The request is too large' },
  'request.media_type': { status: 415, title: 'This media type is not accepted' },
  'request.unacceptable': { status: 422, title: 'The request cannot be carried out as asked' },
  'auth.required': { status: 401, title: 'Signing in is required' },
  'auth.forbidden': { status: 403, title: 'This is not allowed' },
  'resource.not_found': { status: 404, title: 'There is nothing here' },
  'resource.conflict': { status: 409, title: 'The present state does not allow this' },
  'resource.gone': { status: 410, title: 'This no longer exists' },
  'resource.stale': { status: 412, title: 'This was changed in the meantime' },
  'rate.limited': { status: 429, title: 'Too many requests' },
  'upstream.unavailable': { status: 503, title: 'A part that is needed does not answer' },
  'server.overloaded': { status: 503, title: 'Too busy at the moment' },
  internal: { status: 500, title: 'Something went wrong on our side' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERROR_TABLE;

export interface FieldError {
  /** JSON pointer into the body, or `/name` for a parameter. */
  readonly pointer: string;
  readonly reason: string;
}

export interface ErrorDetails {
  /** The domain's closed word for why; the user interface maps code and reason to text. */
  readonly reason?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/**
 * The one error that services throw on purpose. The message reaches the client as `detail` below
 * 500, so it is a constant sentence: no payload, row, token, address or query.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: ErrorDetails | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details;
  }
}

export function statusOf(code: ErrorCode): number {
  return ERROR_TABLE[code].status;
}

export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return error instanceof AppError && (code === undefined || error.code === code);
}
