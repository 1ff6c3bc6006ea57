export type ReplyHeaders = Readonly<Record<string, string | readonly string[]>>;

/** An answer with its own status or headers; made by `reply` and `redirect`. */
export class Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers: ReplyHeaders;

  constructor(status: number, body: unknown, headers: ReplyHeaders) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/**
 * Bytes (`Uint8Array`) are sent as they are, with the `content-type` of the headers. Anything else
 * must fit the schema that the route declares for this status.
 */
export function reply(status: number, body?: unknown, headers: ReplyHeaders = {}): Reply {
  return new Reply(status, body, headers);
}

/** 302 unless said otherwise: what the OAuth callback needs. */
export function redirect(location: string, status: 302 | 303 | 307 | 308 = 302): Reply {
  return new Reply(status, undefined, { location });
}
