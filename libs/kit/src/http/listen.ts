import { createServer, type RequestListener, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  // Longer than the idle time of the clients' pools, so that they close first.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 5000,
};
const MAX_HEADERS = 100;
const DRAIN_MS = 15_000;
const POLL_MS = 20;

/** A server with explicit limits, whose stop lets the running requests finish. */
export function createListener({ host, port }: ListenAddress, handler: RequestListener) {
  const server = createServer(LIMITS, handler);
  server.maxHeadersCount = MAX_HEADERS;
  return {
    async listen(): Promise<void> {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      });
    },
    close: () => closeServer(server),
    address(): ListenAddress {
      const address = server.address();
      if (address === null || typeof address === 'string') {
        throw new Error('the server does not listen');
      }
      return { host: address.address, port: address.port };
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  if (!server.listening) {
    return;
  }
  const state = { isClosed: false };
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      state.isClosed = true;
      resolve();
    });
  });
  const deadline = performance.now() + DRAIN_MS;
  while (!state.isClosed && performance.now() < deadline) {
    // A connection becomes idle when its running request ends; until then it is left alone.
    server.closeIdleConnections();
    await delay(POLL_MS);
  }
  server.closeAllConnections();
  await closed;
}
