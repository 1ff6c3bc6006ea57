import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger, createMongo, createUlid } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { engineEnv } from '@tokometrics/testkit';
import { aConnection } from '../domain/connection.fixture.ts';
import type { Connection } from '../domain/connection.ts';
import { createMongoConnections } from './mongo-connections.ts';
import { createMongoWebhookInbox } from './mongo-webhook-inbox.ts';

describe('connections in MongoDB', () => {
  let mongo: Mongo;
  const ofThisFile = `test_${createUlid().toLowerCase()}`;

  beforeAll(async () => {
    const log = createLogger({ service: 'connector-test', level: 'error' });
    mongo = createMongo({ url: engineEnv().MONGO_URL, database: ofThisFile, log });
    await mongo.start();
  });

  afterAll(async () => {
    await mongo.collection('connections').deleteMany({});
    await mongo.collection('webhook_inbox').deleteMany({});
    await mongo.stop();
  });

  async function store(connection: Connection) {
    const connections = createMongoConnections(mongo, (_scope, write) => write());
    const identity = { ciphertext: '', keyId: '' } as never;
    const reconciledAt = connection.connectedAt;
    await connections.insert({ ...connection, identity, announced: null, reconciledAt });
    return connections;
  }

  it('tells one of ten callers at once that it was the one that marked', async () => {
    const connection = aConnection();
    const connections = await store(connection);

    const answers = await Promise.all(
      Array.from({ length: 10 }, () => connections.markReauth(connection)),
    );

    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await connections.find(connection)).toMatchObject({ status: 'reauth_required' });
  });

  it('marks no connection that is closed or gone', async () => {
    const closed = aConnection({ state: 'closed' });
    const connections = await store(closed);

    expect(await connections.markReauth(closed)).toBe(false);
    expect(await connections.markReauth(aConnection())).toBe(false);
    expect(await connections.find(closed)).toMatchObject({ status: 'active' });
  });

  it('leaves a deauthorized connection what it is, however often its calls are refused', async () => {
    const connection = aConnection();
    const connections = await store(connection);

    expect(await connections.markDeauthorized(connection)).toBe(true);
    expect(await connections.markDeauthorized(connection)).toBe(false);
    expect(await connections.markReauth(connection)).toBe(false);
    expect(await connections.find(connection)).toMatchObject({ status: 'deauthorized' });
  });

  it('lets one of ten callers end the grant, once', async () => {
    const connection = aConnection();
    const connections = await store(connection);

    const claims = await Promise.all(
      Array.from({ length: 10 }, () => connections.claimGrantEnd(connection)),
    );
    await connections.change(connection, { grantEnd: 'unconfirmed' });

    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await connections.claimGrantEnd(connection)).toBe(false);
  });

  it('find the one notice of a type behind any number of others', async () => {
    const inbox = createMongoWebhookInbox(mongo, (_scope, write) => write());
    const { shopKey, epoch } = aConnection();
    const accept = (type: number, at: number) =>
      inbox.accept(`${String(type)}:${String(at)}`, {
        ...{ shopKey, epoch, type, orderId: null, receivedAt: new Date() },
      });
    for (let at = 0; at < 120; at += 1) {
      await accept(1, at);
    }
    await accept(6, 0);

    const found = await inbox.pendingOfType({ shopKey, epoch }, 6);

    expect(found.map(({ _id }) => _id)).toEqual(['6:0']);
    await inbox.settle(found.map(({ _id }) => _id));
    expect(await inbox.pendingOfType({ shopKey, epoch }, 6)).toEqual([]);
  });
});
