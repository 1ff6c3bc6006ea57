import { createServer } from 'node:net';
import { readRecord, writeJson } from './files.ts';
import type { Log, PortBook } from './engine.ts';

async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}

async function anyFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') {
          reject(new Error('the system gave no port'));
        } else {
          resolve(address.port);
        }
      });
    });
  });
}

function readPorts(file: string): Record<string, number> {
  return Object.fromEntries(
    Object.entries(readRecord(file)).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number',
    ),
  );
}

/** Remembers one port per purpose in a file, so that addresses survive a restart where they can. */
export function createPortBook(
  file: string,
  preferred: Readonly<Record<string, number>> = {},
  log: Log = () => undefined,
) {
  const taken = new Set<number>();
  return {
    async take(purpose: string): Promise<number> {
      const known = readPorts(file);
      const wish = known[purpose] ?? preferred[purpose];
      const port =
        wish !== undefined && !taken.has(wish) && (await isFree(wish))
          ? wish
          : await freshPort(taken);
      taken.add(port);
      if (wish !== undefined && wish !== port) {
        log(`${purpose}: port ${String(wish)} is taken; ${String(port)} instead`);
      }
      // The first choice stays on file even when it is busy now: it is tried again next time.
      if (known[purpose] === undefined) {
        writeJson(file, { ...readPorts(file), [purpose]: port });
      }
      return port;
    },
  } satisfies PortBook;
}

async function freshPort(taken: ReadonlySet<number>): Promise<number> {
  for (;;) {
    const port = await anyFreePort();
    if (!taken.has(port)) {
      return port;
    }
  }
}
