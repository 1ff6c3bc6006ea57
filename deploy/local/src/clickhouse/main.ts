import type { Server } from 'node:http';
import { openEngine } from './engine.ts';
import { createFacade } from './http-facade.ts';

/**
 * Serves the embedded ClickHouse on two loopback ports: one for the services, one that only reads.
 * A program of its own, because the engine allows one process per data folder.
 */
function need(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set`);
  }
  return value;
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeIdleConnections();
    // What still runs gets a while; a client that keeps its socket open does not hold us up.
    setTimeout(() => {
      server.closeAllConnections();
    }, 5000).unref();
  });
}

async function main(): Promise<void> {
  const engine = openEngine(need('FACADE_DATA'));
  const tableFunctions = await engine.tableFunctions();
  const writing = createFacade({ engine, readOnly: undefined });
  const reading = createFacade({ engine, readOnly: { tableFunctions } });
  await listen(reading, Number(need('FACADE_READ_PORT')));
  await listen(writing, Number(need('FACADE_PORT')));
  process.stdout.write(`ClickHouse ${engine.version} (embedded) serves\n`);
  const stop = () => {
    void Promise.all([close(writing), close(reading)]).then(() => {
      engine.close();
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

await main();
