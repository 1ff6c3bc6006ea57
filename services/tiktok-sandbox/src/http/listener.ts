import { createServer, type RequestListener, type Server } from 'node:http';
import type { Lifecycled } from '@tokometrics/kit';

export interface Listener extends Lifecycled {
  /** The port that was taken; 0 before the start. */
  port(): number;
}

export function createListener(
  name: string,
  { host, port }: { host: string; port: number },
  handler: RequestListener,
): Listener {
  const server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000 }, handler);
  return {
    name,
    port: () => portOf(server),
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          server.off('error', reject);
          resolve();
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeIdleConnections();
        setTimeout(() => {
          server.closeAllConnections();
        }, 2_000).unref();
      }),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
