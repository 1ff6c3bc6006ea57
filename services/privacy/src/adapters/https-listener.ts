import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { Lifecycled, Logger } from '@tokometrics/kit';

export interface HttpsListenerOptions {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** PEM files. Only a client with a certificate of this authority gets past the handshake. */
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
  readonly handler: RequestListener;
  readonly log: Logger;
}

/** Mutual TLS: who cannot show a certificate never reaches the handler. */
export function createHttpsListener(
  options: HttpsListenerOptions,
): Lifecycled & { address(): { readonly port: number } } {
  const { name, host, port, log } = options;
  let server: Server | undefined;

  return {
    name: `https ${name}`,
    address: () => {
      const address = server?.address();
      if (typeof address !== 'object' || address === null) {
        throw new Error('the listener does not run');
      }
      return { port: address.port };
    },
    start: async () => {
      const made = createServer(
        {
          cert: readFileSync(options.certFile),
          key: readFileSync(options.keyFile),
          ca: readFileSync(options.caFile),
          requestCert: true,
          rejectUnauthorized: true,
          minVersion: 'TLSv1.3',
          maxHeaderSize: 16 * 1024,
          headersTimeout: 10_000,
          requestTimeout: 30_000,
        },
        options.handler,
      );
      server = made;
      await new Promise<void>((resolve, reject) => {
        made.once('error', reject);
        made.listen(port, host, () => {
          made.off('error', reject);
          resolve();
        });
      });
      log.info({ name }, 'listening with client certificates');
    },
    stop: async () => {
      const running = server;
      server = undefined;
      await new Promise<void>((resolve) => {
        if (running?.listening !== true) {
          resolve();
          return;
        }
        running.close(() => {
          resolve();
        });
        running.closeIdleConnections();
        setTimeout(() => {
          running.closeAllConnections();
        }, 5_000).unref();
      });
    },
  };
}
