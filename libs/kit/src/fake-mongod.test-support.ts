import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { mongo } from 'mongoose';

const { BSON } = mongo;
type Document = mongo.BSON.Document;
/** What is answered to a write; undefined: it hangs up. */
export type WriteReply = Document | undefined;

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HELLO = {
  ...{ ismaster: true, isWritablePrimary: true, helloOk: true, minWireVersion: 0, ok: 1 },
  ...{ maxWireVersion: 21, maxBsonObjectSize: 16_777_216, maxWriteBatchSize: 100_000 },
  maxMessageSizeBytes: 48_000_000,
};

/** Speaks as much of the protocol as a driver needs that writes in bulk. */
export async function startFakeMongod(answer: () => WriteReply) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let received = Buffer.alloc(0);
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes]);
      while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0);
        const reply = replyTo(received.subarray(0, length), answer);
        received = received.subarray(length);
        if (reply === undefined) {
          socket.destroy();
          return;
        }
        socket.write(reply);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `mongodb://127.0.0.1:${String(port)}/?directConnection=true`,
    stop: (): void => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

function replyTo(message: Buffer, answer: () => WriteReply): Buffer | undefined {
  const isQuery = message.readInt32LE(12) === OP_QUERY;
  const command = BSON.deserialize(
    isQuery
      ? message.subarray(message.indexOf(0, 20) + 9) // behind the collection's name and two numbers
      : message.subarray(21, 21 + message.readInt32LE(21)),
  );
  const reply = documentFor(command, answer);
  return reply && framed(reply, message.readInt32LE(4), isQuery);
}

function documentFor(command: Document, answer: () => WriteReply): WriteReply {
  if ('hello' in command || 'ismaster' in command) {
    return HELLO;
  }
  return 'insert' in command || 'update' in command ? answer() : { ok: 1 };
}

function framed(document: Document, requestId: number, isQuery: boolean): Buffer {
  const body = BSON.serialize(document);
  const head = Buffer.alloc(isQuery ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(requestId, 8);
  head.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12);
  if (isQuery) {
    head.writeInt32LE(1, 32); // documents that follow
  }
  return Buffer.concat([head, body]);
}
