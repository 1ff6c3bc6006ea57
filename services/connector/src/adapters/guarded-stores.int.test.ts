import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClock, createLogger, createMongo, createUlid } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { engineEnv } from '@tokometrics/testkit';
import { aConnection } from '../domain/connection.fixture.ts';
import type { Connection } from '../domain/connection.ts';
import { ScopeClosed } from '../domain/snapshot-sink.ts';
import { firstCursor } from '../domain/sync-cursor.ts';
import { createStores } from './connector-stores.ts';
import type { Stores } from './connector-stores.ts';

const COLLECTIONS = ['connections', 'sync_cursors', 'fetch_seq', 'webhook_inbox'];

describe('a write that lands while its shop is closed and whose answer is lost', () => {
  let mongo: Mongo;
  const landed: string[] = [];

  beforeAll(async () => {
    const log = createLogger({ service: 'connector-test', level: 'error' });
    const database = `test_${createUlid().toLowerCase()}`;
    mongo = createMongo({ url: engineEnv().MONGO_URL, database, log });
    await mongo.start();
  }, 60_000);

  afterAll(async () => {
    for (const name of COLLECTIONS) {
      await mongo.collection(name).deleteMany({});
    }
    await mongo.stop();
  });

  const found = async (): Promise<string[]> => {
    const counts = await Promise.all(
      COLLECTIONS.map((name) => mongo.collection(name).countDocuments({})),
    );
    return COLLECTIONS.filter((_name, at) => counts[at] !== 0);
  };

  it.each([
    [
      'connections',
      (stores: Stores, connection: Connection) =>
        stores.connections.insert({
          ...connection,
          ...{ identity: { ciphertext: '', keyId: '' } as never, announced: null },
          reconciledAt: connection.connectedAt,
        }),
    ],
    [
      'sync_cursors',
      (stores: Stores, connection: Connection) =>
        stores.cursors.acquire(connection, 'order.live', firstCursor(1_795_000_000)),
    ],
    ['fetch_seq', (stores: Stores, connection: Connection) => stores.fetchSeq.next(connection)],
    [
      'webhook_inbox',
      (stores: Stores, { shopKey, epoch }: Connection) =>
        stores.inbox.accept('notice', {
          ...{ shopKey, epoch, type: 1, orderId: null, receivedAt: new Date() },
        }),
    ],
  ] as const)('leaves nothing in %s', async (name, write) => {
    const stores = createStores({
      ...{ mongo, clock: createClock(), instanceId: 'i1', leaseMs: 12_000 },
      guarded: async (_scope, inner, undo) => {
        const value = await inner();
        landed.splice(0, landed.length, ...(await found()));
        if (undo === undefined) {
          // What has none changes what is there, and makes nothing.
          return value;
        }
        await undo();
        throw new ScopeClosed();
      },
    });

    await expect(write(stores, aConnection())).rejects.toThrow(ScopeClosed);

    expect(landed).toEqual([name]);
    expect(await found()).toEqual([]);
  });
});
