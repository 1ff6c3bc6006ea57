import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Not from the range of outgoing connections: between this and the use, the system would give it away.
const FROM = 10_000;
const TO = 20_000;
const MOST_TRIES = 200;

/** For a process that must be told its port; servers of ours take port 0 and say what they got. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const port = randomInt(FROM, TO);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`no free port was found between ${String(FROM)} and ${String(TO)}`);
}

function isFree(port: number): Promise<boolean> {
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
