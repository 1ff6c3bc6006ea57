import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.ts';
import { startFaultProxy } from './fault-proxy.ts';
import type { FaultProxy } from './fault-proxy.ts';

let echo: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

/** A client that remembers what came back. */
async function dial() {
  const socket = connect({ host: proxy.host, port: proxy.port });
  clients.push(socket);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => received };
}

beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startFaultProxy({ port: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await proxy.stop();
  echo.close();
});

describe('fault proxy', () => {
  it('passes every byte of a large body in order, and the end after it', async () => {
    const { socket, received } = await dial();
    const body = Array.from({ length: 200_000 }, (_, index) => index % 10).join('');

    socket.end(body);
    await once(socket, 'end');

    expect(received()).toBe(body);
  });

  it('delays both directions by the latency', async () => {
    proxy.setLatency(150);
    const { socket, received } = await dial();
    const since = performance.now();

    socket.write('ping');
    await eventually(() => {
      expect(received()).toBe('ping');
    });

    expect(performance.now() - since).toBeGreaterThanOrEqual(295);
  });

  it('keeps what hangs and delivers it when healed', async () => {
    const { socket, received } = await dial();
    proxy.hang();

    socket.write('ping');
    await delay(150);
    const whileHanging = received();
    await proxy.heal();

    expect(whileHanging).toBe('');
    await eventually(() => {
      expect(received()).toBe('ping');
    });
  });

  it('cuts what is open and takes new connections', async () => {
    const { socket } = await dial();
    await eventually(() => {
      expect(proxy.connections()).toBe(1);
    });

    proxy.cut();
    await once(socket, 'close');

    const again = await dial();
    again.socket.write('ping');
    await eventually(() => {
      expect(again.received()).toBe('ping');
    });
  });

  it('refuses connections until it is healed, on the same port', async () => {
    const port = proxy.port;
    await proxy.refuse();

    await expect(dial()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.heal();

    expect(proxy.port).toBe(port);
    await expect(dial()).resolves.toBeDefined();
  });
});
