import { csrfReply } from '@tokometrics/contracts';
import type { z } from 'zod';
import { ApiProblem, isProblem, problemOf, UNEXPECTED, UNREACHABLE } from './problem.ts';

const BASE = '/api/v1';

export type QueryValues = Readonly<Record<string, string | number | undefined>>;

export interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly query?: QueryValues;
  readonly body?: unknown;
  /** Nobody is signed in yet: there is no token to send. */
  readonly anonymous?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Goes out also when the page is closed meanwhile. */
  readonly keepalive?: boolean;
}

/** Names sorted and empty ones left out, as in the address of a page. */
export function queryText(values: QueryValues): string {
  const known = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') {
      known.append(name, String(value));
    }
  }
  known.sort();
  const text = known.toString();
  return text === '' ? '' : `?${text}`;
}

// One token per session; a new session, or a session under a new token, needs another one.
const csrf = new Map<'token', Promise<string>>();

export function forgetCsrf(): void {
  csrf.delete('token');
}

function csrfToken(): Promise<string> {
  const known = csrf.get('token');
  if (known !== undefined) {
    return known;
  }
  const asked = send(csrfReply, '/auth/csrf', {}).then(({ csrfToken: token }) => token);
  asked.catch(forgetCsrf);
  csrf.set('token', asked);
  return asked;
}

/** Ahead of a call that will have no time to ask for it: one that is sent as the page goes away. */
export function prepareUnsafe(): void {
  csrfToken().catch(() => undefined);
}

/** Calls the API and parses the answer by its schema. Throws ApiProblem, and nothing else. */
export async function call<T extends z.ZodType>(
  schema: T,
  path: string,
  options: CallOptions = {},
): Promise<z.output<T>> {
  const isUnsafe = (options.method ?? 'GET') !== 'GET' && options.anonymous !== true;
  if (!isUnsafe) {
    return send(schema, path, options);
  }
  try {
    return await send(schema, path, { ...options, token: await csrfToken() });
  } catch (error) {
    if (!isProblem(error, 'csrf.rejected')) {
      throw error;
    }
    // The session got a new token meanwhile, in another tab for one. Once more, with a fresh one.
    forgetCsrf();
    return send(schema, path, { ...options, token: await csrfToken() });
  }
}

async function send<T extends z.ZodType>(
  schema: T,
  path: string,
  {
    method = 'GET',
    query = {},
    body,
    signal,
    keepalive,
    token,
  }: CallOptions & { readonly token?: string },
): Promise<z.output<T>> {
  const response = await fetch(`${BASE}${path}${queryText(query)}`, {
    method,
    headers: {
      accept: 'application/json',
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { 'x-csrf-token': token }),
    },
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
    ...(keepalive === undefined ? {} : { keepalive }),
  }).catch((error: unknown) => {
    if (signal?.aborted === true) {
      throw error;
    }
    throw new ApiProblem({ status: 0, code: UNREACHABLE });
  });
  if (!response.ok) {
    throw await problemOf(response);
  }
  const answer: unknown = response.status === 204 ? undefined : await bodyOf(response);
  const parsed = schema.safeParse(answer);
  if (!parsed.success) {
    throw new ApiProblem({ status: response.status, code: UNEXPECTED });
  }
  return parsed.data;
}

async function bodyOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiProblem({ status: response.status, code: UNEXPECTED });
  }
}
