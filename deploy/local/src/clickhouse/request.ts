import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Scope } from './engine.ts';
import { FacadeFault } from './fault.ts';

/** More than any chunk of the sink; a request is held in memory as a whole. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;
const MAX_QUERY_PARAMETER_BYTES = 1024 * 1024;

/** What a server's HTTP layer reads itself; the rest of the address are settings. */
const OF_HTTP: ReadonlySet<string> = new Set([
  ...['query', 'database', 'default_format', 'query_id', 'user', 'password', 'quota_key'],
  ...['compress', 'decompress', 'enable_http_compression', 'http_zlib_compression_level'],
  ...['wait_end_of_query', 'buffer_size', 'stacktrace', 'send_progress_in_http_headers'],
  ...[
    'http_headers_progress_interval_ms',
    'http_response_buffer_size',
    'http_write_exception_in_output_format',
  ],
  ...['cancel_http_readonly_queries_on_client_close', 'add_http_cors_header', 'role'],
  ...['client_protocol_version', 'http_wait_end_of_query'],
]);

export interface FacadeRequest {
  readonly queryText: string;
  readonly body: Buffer;
  readonly defaultFormat: string;
  readonly queryId: string | undefined;
  readonly scope: Omit<Scope, 'isReadOnly'>;
  readonly mayCompress: boolean;
}

const inflate = promisify(gunzip);

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) {
      continue;
    }
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      throw new FacadeFault(307, 'TOO_MANY_BYTES', 'The request is larger than 256 MB.');
    }
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') {
    return raw;
  }
  if (encoding !== 'gzip') {
    throw new FacadeFault(48, 'NOT_IMPLEMENTED', `Content-Encoding ${encoding} is not understood.`);
  }
  try {
    return await inflate(raw, { maxOutputLength: MAX_BODY_BYTES });
  } catch {
    throw new FacadeFault(354, 'ZLIB_INFLATE_FAILED', 'The gzip body is broken or too large.');
  }
}

function assertServed(url: URL): void {
  if (url.searchParams.has('session_id')) {
    throw new FacadeFault(
      48,
      'NOT_IMPLEMENTED',
      'Sessions (session_id) are not served by the embedded engine.',
    );
  }
  if ((url.searchParams.get('query') ?? '').length > MAX_QUERY_PARAMETER_BYTES) {
    throw new FacadeFault(307, 'TOO_MANY_BYTES', 'The query parameter is larger than 1 MB.');
  }
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

export async function readRequest(request: IncomingMessage, url: URL): Promise<FacadeRequest> {
  assertServed(url);
  const settings: Record<string, string> = {};
  const params: Record<string, string> = {};
  for (const [key, value] of url.searchParams) {
    if (OF_HTTP.has(key)) {
      continue;
    }
    if (!NAME.test(key)) {
      throw new FacadeFault(115, 'UNKNOWN_SETTING', `Unknown setting '${key}'.`);
    }
    if (key.startsWith('param_')) {
      params[key.slice('param_'.length)] = value;
    } else {
      settings[key] = value;
    }
  }
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  return {
    queryText: url.searchParams.get('query') ?? '',
    body: await readBody(request),
    defaultFormat:
      url.searchParams.get('default_format') ?? header('x-clickhouse-format') ?? 'TabSeparated',
    queryId: url.searchParams.get('query_id') ?? undefined,
    scope: {
      database: url.searchParams.get('database') ?? header('x-clickhouse-database'),
      settings,
      params,
    },
    mayCompress:
      url.searchParams.get('enable_http_compression') === '1' &&
      /\bgzip\b/.test(header('accept-encoding') ?? ''),
  };
}
