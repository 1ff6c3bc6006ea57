import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { readRecord, writeJson } from './files.ts';
import type { Log, PortBook } from './engine.ts';
import { claimPort, isClaimed } from './port-claims.ts';

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
        wish !== undefined && !taken.has(wish) && claimPort(wish) && (await isFree(wish))
          ? wish
          : await freshPort();
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

/**
 * Below the range from which the system gives ports to outgoing connections: a port from there may be
 * gone when the process that it is meant for comes to listen, or comes back after a crash.
 */
const FROM = 20_000;
const TO = 32_000;
const MOST_TRIES = 200;

async function freshPort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = randomInt(FROM, TO);
    // Of this process's own systems each has others.
    if (!isClaimed(port) && claimPort(port) && (await isFree(port))) {
      return port;
    }
  }
  throw new Error(`no free port was found between ${String(FROM)} and ${String(TO)}`);
}
