import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { messageOf } from '../engines/errors.ts';
import type { Engine } from './engine.ts';
import { execute } from './execute.ts';
import type { Executed } from './execute.ts';
import { FacadeFault, codeIn, statusOf } from './fault.ts';
import { readRequest } from './request.ts';

const deflate = promisify(gzip);
/** Below this size compression costs more than it saves on loopback. */
const COMPRESS_FROM_BYTES = 1024;

const CONTENT_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^JSON.*EachRow/, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/, 'application/json; charset=UTF-8'],
  [/^(TabSeparated|TSV)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8'],
];

function contentType(format: string): string {
  return CONTENT_TYPES.find(([name]) => name.test(format))?.[1] ?? 'text/plain; charset=UTF-8';
}

function summary(answer: Executed, elapsedNs: bigint): string {
  return JSON.stringify({
    read_rows: String(answer.readRows),
    read_bytes: String(answer.readBytes),
    written_rows: String(answer.writtenRows),
    written_bytes: String(answer.writtenBytes),
    total_rows_to_read: '0',
    result_rows: String(answer.writtenRows > 0 ? answer.writtenRows : answer.readRows),
    result_bytes: String(answer.body.length),
    elapsed_ns: String(elapsedNs),
  });
}

interface Facade {
  readonly engine: Engine;
  readonly readOnly: { readonly tableFunctions: ReadonlySet<string> } | undefined;
}

async function answer(facade: Facade, request: IncomingMessage, response: ServerResponse) {
  const startedAt = process.hrtime.bigint();
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/ping' || url.pathname === '/replicas_status') {
    response.end('Ok.\n');
    return;
  }
  if (url.pathname !== '/') {
    response.writeHead(404).end(`There is no handle ${url.pathname}\n`);
    return;
  }
  const asked = await readRequest(request, url);
  const executed = await execute(facade.engine, asked, facade.readOnly);
  const shouldCompress = asked.mayCompress && executed.body.length >= COMPRESS_FROM_BYTES;
  const body = shouldCompress ? await deflate(executed.body) : executed.body;
  response.writeHead(200, {
    'Content-Type': contentType(executed.format),
    'Content-Length': body.length,
    'X-ClickHouse-Query-Id': asked.queryId ?? randomUUID(),
    'X-ClickHouse-Format': executed.format,
    'X-ClickHouse-Timezone': 'UTC',
    'X-ClickHouse-Summary': summary(executed, process.hrtime.bigint() - startedAt),
    ...(shouldCompress ? { 'Content-Encoding': 'gzip' } : {}),
  });
  response.end(body);
}

function refuse(facade: Facade, response: ServerResponse, error: unknown): void {
  const told = messageOf(error);
  const isTyped = /Code: \d+\. DB::Exception/.test(told);
  const message = isTyped ? told : `Code: 1002. DB::Exception: ${told} (UNKNOWN_EXCEPTION)`;
  const code = error instanceof FacadeFault ? error.code : codeIn(message);
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(statusOf(code), {
    'Content-Type': 'text/plain; charset=UTF-8',
    'X-ClickHouse-Exception-Code': String(code),
    // After a refused upload the rest of the body is not read: the connection cannot be kept.
    ...(code === 307 ? { Connection: 'close' } : {}),
  });
  response.end(`${message} (version ${facade.engine.version} (embedded))\n`);
}

export function createFacade(facade: Facade): Server {
  const server = createServer((request, response) => {
    answer(facade, request, response).catch((error: unknown) => {
      refuse(facade, response, error);
    });
  });
  // Longer than the client keeps idle sockets, so that it never writes into a closing one.
  server.keepAliveTimeout = 30_000;
  server.requestTimeout = 600_000;
  return server;
}
