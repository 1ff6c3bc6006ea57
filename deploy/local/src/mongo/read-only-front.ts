import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createFrameReader } from './frames.ts';
import { commandOf, refusalTo } from './messages.ts';

export interface ReadOnlyFront {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * A second door to the embedded MongoDB for who may only read: each request is parsed, reading
 * commands pass, everything else is answered with "not authorized" and never reaches the server.
 */
export async function startReadOnlyFront(options: {
  readonly port: number;
  readonly serverPort: number;
}): Promise<ReadOnlyFront> {
  const sockets = new Set<Socket>();
  const track = (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    const upstream = connect({ port: options.serverPort, host: '127.0.0.1' });
    track(client);
    track(upstream);
    join(client, upstream);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    port: options.port,
    async stop() {
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) {
          socket.destroy();
        }
      });
    },
  };
}

function join(client: Socket, upstream: Socket): void {
  const end = () => {
    client.destroy();
    upstream.destroy();
  };
  for (const socket of [client, upstream]) {
    socket.on('error', end);
    socket.on('close', end);
    socket.setNoDelay(true);
  }
  const requests = createFrameReader((frame) => {
    const command = commandOf(frame);
    if (command.isReading) {
      upstream.write(frame);
    } else if (command.canBeAnswered) {
      client.write(refusalTo(frame, command.name));
    } else {
      end();
    }
  });
  // Answers are passed on in whole frames, so that a refusal never lands inside one of them.
  const answers = createFrameReader((frame) => {
    client.write(frame);
  });
  client.on('data', (chunk) => {
    if (!requests(chunk)) {
      end();
    }
  });
  upstream.on('data', (chunk) => {
    if (!answers(chunk)) {
      end();
    }
  });
}
