import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What becomes of one statement on its way to the store, or of its answer on the way back. */
export type StatementFate =
  | { readonly kind: 'pass' }
  /** The answer comes so much later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The connection ends before the store has heard of it, while it works, or when it has done all. */
  | {
      readonly kind: 'cut';
      readonly when: 'before' | 'during' | 'after';
      readonly also?: () => void;
    }
  /** The connection ends at once; the store, which was busy, does it so much later all the same. */
  | { readonly kind: 'late'; readonly ms: number }
  /** The store has done all; of its answer the first half comes. */
  | { readonly kind: 'truncate' }
  /** Refused by a server, or by what stands before it; `after`: though the store has done all. */
  | {
      readonly kind: 'refuse';
      readonly when: 'before' | 'after';
      readonly status: number;
      /** A fault of ClickHouse's own. */
      readonly fault?: { readonly code: number; readonly type: string };
    };

export interface StatementProxy {
  readonly url: string;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) {
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts);
}

/** The text as ClickHouse takes it: the address's query, or else the beginning of the body. */
function statementOf(path: string, body: Buffer): string {
  const inAddress = new URL(path, 'http://store').searchParams.get('query');
  return (inAddress ?? body.subarray(0, 1_000).toString('utf8')).trim();
}

async function forward(target: URL, asked: IncomingMessage, body: Buffer): Promise<Answer> {
  const { connection: _connection, 'transfer-encoding': _encoding, ...headers } = asked.headers;
  const sent = request({
    ...{ host: target.hostname, port: target.port, method: asked.method, path: asked.url },
    headers: { ...headers, host: target.host, 'content-length': body.length },
  });
  // Told by whoever waits for the answer, or by the answer's own end.
  sent.on('error', () => undefined);
  sent.end(body);
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  const { connection: _ended, 'keep-alive': _kept, ...kept } = answer.headers;
  return { status: answer.statusCode ?? 0, headers: kept, body: await readAll(answer) };
}

function refusal({ status, fault }: Extract<StatementFate, { kind: 'refuse' }>): Answer {
  const code = String(fault?.code);
  return {
    status,
    headers: {
      'content-type': 'text/plain',
      ...(fault === undefined ? {} : { 'x-clickhouse-exception-code': code }),
    },
    body: Buffer.from(
      fault === undefined
        ? 'no server at hand\n'
        : `Code: ${code}. DB::Exception: the store is ill. (${fault.type})\n`,
    ),
  };
}

function tell(response: ServerResponse, { status, headers, body }: Answer): void {
  response.writeHead(status, { ...headers, 'content-length': body.length });
  response.end(body);
}

async function tellHalf(
  response: ServerResponse,
  { status, headers, body }: Answer,
): Promise<void> {
  response.writeHead(status, { ...headers, 'content-length': body.length + 1 });
  response.flushHeaders();
  if (body.length > 1) {
    await new Promise((resolve) => response.write(body.subarray(0, body.length / 2), resolve));
  }
  response.destroy();
}

async function meet(
  fate: StatementFate,
  response: ServerResponse,
  ask: () => Promise<Answer>,
): Promise<void> {
  switch (fate.kind) {
    case 'pass':
      tell(response, await ask());
      break;
    case 'delay': {
      const answer = await ask();
      await delay(fate.ms);
      tell(response, answer);
      break;
    }
    case 'cut': {
      const asking = fate.when === 'before' ? undefined : ask();
      if (fate.when === 'after') {
        await asking;
      }
      fate.also?.();
      response.destroy();
      await asking;
      break;
    }
    case 'late':
      response.destroy();
      await delay(fate.ms);
      await ask();
      break;
    case 'truncate':
      await tellHalf(response, await ask());
      break;
    case 'refuse':
      if (fate.when === 'after') {
        await ask();
      }
      tell(response, refusal(fate));
      break;
  }
}

/**
 * Stands before a ClickHouse and reads what passes, so that its faults strike between a statement and
 * its effect, or between the effect and the answer. Only what ClickHouse's address `/` is asked has a fate.
 */
export async function startStatementProxy(
  storeUrl: string,
  fateOf: (statement: string) => StatementFate,
): Promise<StatementProxy> {
  const target = new URL(storeUrl);
  const server = createServer((asked, response) => {
    const path = asked.url ?? '/';
    const meeting = readAll(asked).then((body) => {
      const isStatement = path === '/' || path.startsWith('/?');
      const fate = isStatement ? fateOf(statementOf(path, body)) : ({ kind: 'pass' } as const);
      return meet(fate, response, () => forward(target, asked, body));
    });
    // Whoever asked may be gone meanwhile, and so may the store.
    response.on('error', () => undefined);
    meeting.catch(() => response.destroy());
  });
  server.keepAliveTimeout = 30_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
