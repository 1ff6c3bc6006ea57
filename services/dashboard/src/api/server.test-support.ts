interface Answer {
  readonly status?: number;
  readonly body?: unknown;
}
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}
type Handler = (request: Seen) => Answer;

/**
 * Answers calls of the page as a server would, and keeps what it saw. jsdom has no fetch, so there
 * is nothing of the code under test in here.
 */
export function serve(routes: Readonly<Record<string, Handler>>): Seen[] {
  const seen: Seen[] = [];
  globalThis.fetch = ((address: string, init: RequestInit = {}) => {
    const { pathname, searchParams } = new URL(address, 'http://localhost');
    const request: Seen = {
      method: init.method ?? 'GET',
      path: pathname.replace('/api/v1', ''),
      query: searchParams,
      headers: (init.headers ?? {}) as Record<string, string>,
      body: init.body === undefined ? undefined : JSON.parse(init.body as string),
    };
    seen.push(request);
    const handler = routes[`${request.method} ${request.path}`];
    const { status = 200, body } = handler?.(request) ?? { status: 404, body: missing };
    const text = body === undefined ? '' : JSON.stringify(body);
    return Promise.resolve({
      ok: status < 400,
      status,
      headers: new Map<string, string>(),
      text: () => Promise.resolve(text),
      json: () => Promise.resolve(JSON.parse(text) as unknown),
    });
  }) as unknown as typeof fetch;
  return seen;
}

export const problemBody = (status: number, code: string, reason?: string) => ({
  status,
  body: { type: `/problems/${code}`, title: code, status, code, reason },
});

const missing = problemBody(404, 'resource.not_found').body;
