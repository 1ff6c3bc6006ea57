import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { isRecord } from '../engines/files.ts';
import { PLACES } from './places.ts';
import { livingRun } from './run-state.ts';

/** 3 when the product does not run, as `status` has it; else what the job ended with. */
export async function replay(args: readonly string[]): Promise<number> {
  const socket = await knock(process.env['TOKOMETRICS_DOOR'] ?? livingRun(PLACES.state)?.door);
  if (socket === undefined) {
    process.stderr.write('replay: TokoMetrics does not run. Start it with npm start.\n');
    return 3;
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // The job ends at a safe place and says so; a second signal ends this process at once.
    process.once(signal, () => socket.write('{"end":true}\n'));
  }
  socket.write(`${JSON.stringify({ args })}\n`);
  return followed(socket);
}

function knock(path: string | undefined): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    if (path === undefined) {
      resolve(undefined);
      return;
    }
    const socket = createConnection(path);
    socket.once('connect', () => {
      resolve(socket);
    });
    socket.once('error', () => {
      resolve(undefined);
    });
  });
}

/** Shows what the job prints; answers with its exit code, 1 when the launcher goes first. */
async function followed(socket: Socket): Promise<number> {
  let code = 1;
  for await (const line of createInterface(socket)) {
    const told: unknown = JSON.parse(line);
    if (isRecord(told)) {
      process.stdout.write(typeof told['out'] === 'string' ? told['out'] : '');
      process.stderr.write(typeof told['err'] === 'string' ? told['err'] : '');
      code = typeof told['code'] === 'number' ? told['code'] : code;
    }
  }
  return code;
}
