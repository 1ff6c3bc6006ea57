import { ERROR_TABLE, statusOf, type AppError, type ErrorCode } from '../errors.ts';

/** RFC 9457. From 500 on the body says no more than the code: the cause is ours alone. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly reason?: string;
  readonly detail?: string;
  readonly traceId: string;
  readonly errors?: readonly { readonly pointer: string; readonly reason: string }[];
}

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export function mapErrorToProblem(error: AppError, traceId: string): Problem {
  const { code, details } = error;
  const status = statusOf(code);
  const head = { type: `/problems/${code}`, title: ERROR_TABLE[code].title, status, code };
  if (status >= 500) {
    return { ...head, traceId };
  }
  return {
    ...head,
    ...(details?.reason === undefined ? {} : { reason: details.reason }),
    detail: error.message,
    traceId,
    ...(details?.errors === undefined ? {} : { errors: details.errors }),
  };
}

const DEFAULT_RETRY_SECONDS = 5;

/** 429 and 503 always say when to come back. */
export function retryAfterSeconds({ code, details }: AppError): number | undefined {
  const status = statusOf(code);
  const fallback = status === 429 || status === 503 ? DEFAULT_RETRY_SECONDS : undefined;
  return details?.retryAfterSeconds ?? fallback;
}
