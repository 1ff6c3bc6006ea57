import { problem } from '@tokometrics/contracts';
import type { Problem } from '@tokometrics/contracts';

/** A refused request, or an answer that could not be had or understood. */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly reason: string | undefined;
  readonly errors: NonNullable<Problem['errors']>;
  readonly traceId: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    body: Pick<Problem, 'status' | 'code' | 'reason' | 'errors' | 'traceId'>,
    retryAfterSeconds?: number,
  ) {
    super(body.reason ?? body.code);
    this.name = 'ApiProblem';
    this.status = body.status;
    this.code = body.code;
    this.reason = body.reason;
    this.errors = body.errors ?? [];
    this.traceId = body.traceId;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export const UNREACHABLE = 'network.unreachable';
export const UNEXPECTED = 'answer.unexpected';

export function isProblem(error: unknown, reasonOrCode?: string): error is ApiProblem {
  return (
    error instanceof ApiProblem &&
    (reasonOrCode === undefined || error.reason === reasonOrCode || error.code === reasonOrCode)
  );
}

/** Not signed in any more, which is another thing than a wrong password. */
export const isSignedOut = (error: unknown): boolean =>
  isProblem(error, 'auth.required') && error.reason !== 'auth.failed';

export async function problemOf(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = problem.safeParse(body);
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return new ApiProblem(
    parsed.success ? parsed.data : { status: response.status, code: codeOf(response.status) },
    Number.isFinite(after) ? after : undefined,
  );
}

/** A proxy in between answers without a body of ours. */
function codeOf(status: number): string {
  if (status === 401) {
    return 'auth.required';
  }
  if (status === 404) {
    return 'resource.not_found';
  }
  return status === 429 ? 'rate.limited' : status >= 502 ? 'upstream.unavailable' : 'internal';
}
