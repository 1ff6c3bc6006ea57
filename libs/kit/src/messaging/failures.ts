import { AppError } from '../errors.ts';

function field(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}

/** A dependency that may answer again: worth the same call later, unlike a bug or bad data. */
export function isTransient(error: unknown): boolean {
  if (error instanceof AppError) {
    return error.code === 'upstream.unavailable' || error.code === 'server.overloaded';
  }
  return field(error, 'transient') === true || field(error, 'retriable') === true;
}

/**
 * A refusal that names what the record holds: it is refused by every store, today and tomorrow. A bug
 * or a missing table is none, though it refuses every record as well.
 */
export function isAboutRecord(error: unknown): boolean {
  if (error instanceof AppError && error.code.startsWith('request.')) {
    return true;
  }
  return field(error, 'aboutRecord') === true;
}

/** The closed form of a reason: what metrics, headers and logs may carry. Never a message. */
export function reasonOf(error: unknown): string {
  const ofRecord = field(error, 'recordReason');
  if (typeof ofRecord === 'string') {
    return toReason(ofRecord);
  }
  if (error instanceof AppError) {
    return toReason(error.details?.reason ?? error.code);
  }
  return 'unexpected';
}

const REASON = /^[a-z][a-z0-9._-]{0,63}$/;

/** A reason that is not a plain code may hold values: it is replaced, not cut. */
export function toReason(reason: string): string {
  return REASON.test(reason) ? reason : 'unspecified';
}
