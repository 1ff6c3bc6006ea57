import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';

export interface FaultProxyOptions {
  readonly host?: string;
  readonly port: number;
}

/**
 * Stands between a client and an engine and misbehaves on demand. Kafka's clients go on to the
 * advertised address after the first answer, so only that first answer passes here.
 */
export interface FaultProxy {
  readonly host: string;
  readonly port: number;
  /** Every byte arrives so much later, in both directions. */
  setLatency(milliseconds: number): void;
  /** Connections stay open and new ones are accepted, but nothing passes. */
  hang(): void;
  /** Ends the connections of this moment; new ones work. */
  cut(): void;
  /** Ends all connections and takes no new ones: connection refused. */
  refuse(): Promise<void>;
  /** Takes back `hang`, `refuse` and latency. */
  heal(): Promise<void>;
  connections(): number;
  stop(): Promise<void>;
}

interface Toxics {
  latencyMs: number;
  isHanging: boolean;
}

interface Held {
  readonly chunk: Buffer | undefined;
  readonly dueMs: number;
}

const MAX_HELD = 256;
const LOOK_AGAIN_MS = 10;

/** One direction: what was read is held until it is due; too much of it stops the reading. */
function pump(from: Socket, to: Socket, toxics: Toxics): void {
  const held: Held[] = [];
  let timer: NodeJS.Timeout | undefined;
  const release = () => {
    timer = undefined;
    let next = held[0];
    while (next !== undefined && !toxics.isHanging && next.dueMs <= performance.now()) {
      held.shift();
      if (next.chunk === undefined) {
        to.end();
      } else {
        to.write(next.chunk);
      }
      next = held[0];
    }
    if (held.length < MAX_HELD) {
      from.resume();
    }
    if (next !== undefined) {
      const waitMs = Math.max(next.dueMs - performance.now(), toxics.isHanging ? LOOK_AGAIN_MS : 0);
      timer = setTimeout(release, waitMs);
    }
  };
  const hold = (chunk: Buffer | undefined) => {
    held.push({ chunk, dueMs: performance.now() + toxics.latencyMs });
    if (held.length >= MAX_HELD) {
      from.pause();
    }
    if (timer === undefined) {
      release();
    }
  };
  from.on('data', hold);
  from.on('end', () => {
    hold(undefined);
  });
  from.on('close', () => {
    clearTimeout(timer);
    // What is held was never delivered: to the other side this is a broken connection.
    if (held.length > 0 || !from.readableEnded) {
      to.destroy();
    }
  });
  from.on('error', () => {
    to.destroy();
  });
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen({ port, host: '127.0.0.1' });
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

export async function startFaultProxy(target: FaultProxyOptions): Promise<FaultProxy> {
  const toxics: Toxics = { latencyMs: 0, isHanging: false };
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect({
      host: target.host ?? '127.0.0.1',
      port: target.port,
      allowHalfOpen: true,
    });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('close', () => open.delete(socket));
    }
    pump(client, upstream, toxics);
    pump(upstream, client, toxics);
  });
  const port = await listen(server, 0);
  const cut = () => {
    for (const socket of open) {
      socket.destroy();
    }
  };
  const close = async () => {
    cut();
    if (server.listening) {
      server.close();
      await once(server, 'close');
    }
  };
  return {
    host: '127.0.0.1',
    port,
    setLatency(milliseconds) {
      toxics.latencyMs = milliseconds;
    },
    hang() {
      toxics.isHanging = true;
    },
    cut,
    refuse: close,
    async heal() {
      toxics.latencyMs = 0;
      toxics.isHanging = false;
      if (!server.listening) {
        await listen(server, port);
      }
    },
    connections: () => open.size / 2,
    stop: close,
  };
}
