import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

type Answer = (response: ServerResponse) => void;

export interface Meddler {
  readonly url: string;
  /** Puts its answer in the way of every request for which it gives one; undefined lets it pass. */
  meddle(choose: (request: IncomingMessage) => Answer | undefined): void;
  heal(): void;
  stop(): Promise<void>;
}

/** Stands before an HTTP server, passes everything on as it is, and answers itself when told to. */
export async function startMeddler(target: string): Promise<Meddler> {
  const { hostname, port } = new URL(target);
  let choose: (request: IncomingMessage) => Answer | undefined = () => undefined;
  const server = createServer((request, response) => {
    const answer = choose(request);
    if (answer !== undefined) {
      request.resume().once('end', () => {
        answer(response);
      });
      return;
    }
    const { method, url: path, headers } = request;
    const onward = forward({ hostname, port, method, path, headers }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(response);
      reply.once('error', () => response.destroy());
    });
    onward.once('error', () => response.destroy());
    request.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const own = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(own)}`,
    meddle: (next) => {
      choose = next;
    },
    heal: () => {
      choose = () => undefined;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
