import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AppError } from './errors.ts';
import { createLogger } from './logging.ts';
import { createMongo, mongoErrors } from './mongo.ts';
import type { Mongo } from './mongo.ts';
import { requiredEnv } from './testing/required-env.ts';

interface Doc {
  readonly _id: string;
  readonly n: number;
}

const log = createLogger({ service: 'test', level: 'silent' });
const database = `t${randomUUID().slice(0, 8)}`;
let mongo: Mongo;

beforeAll(async () => {
  mongo = createMongo({ url: requiredEnv('MONGO_URL'), database, log });
  await mongo.start();
}, 40_000);

afterAll(async () => {
  await mongo.connection.dropDatabase();
  await mongo.stop();
});

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => {
      throw new Error('it did not fail');
    },
    (error: unknown) => error as Error,
  );
}

describe('mongo', () => {
  it('writes and reads with the native collection, in its own database', async () => {
    const docs = mongo.collection<Doc>('docs');

    await docs.insertOne({ _id: 'a', n: 1 });
    await docs.bulkWrite([
      { updateOne: { filter: { _id: 'a' }, update: { $inc: { n: 1 } } } },
      { updateOne: { filter: { _id: 'b' }, update: { $set: { n: 9 } }, upsert: true } },
    ]);

    expect(await docs.find().sort({ _id: 1 }).toArray()).toEqual([
      { _id: 'a', n: 2 },
      { _id: 'b', n: 9 },
    ]);
    expect(mongo.connection.name).toBe(database);
    expect(await mongo.connection.collection('docs').countDocuments()).toBe(2);
    expect(await mongo.ping()).toBe(true);
  });

  it('calls a duplicate key a conflict, and keeps nothing of the document', async () => {
    const docs = mongo.collection<Doc>('unique');
    await docs.insertOne({ _id: 'buyer@example.org', n: 1 });

    const error = await failureOf(
      mongoErrors(() => docs.insertOne({ _id: 'buyer@example.org', n: 2 })),
    );

    expect(error).toMatchObject({ code: 'resource.conflict' });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('buyer');
    const bulk = await failureOf(
      mongoErrors(() => docs.insertMany([{ _id: 'buyer@example.org', n: 3 }])),
    );
    expect(bulk).toMatchObject({ code: 'resource.conflict' });
  });

  it('calls a command that the server refuses internal, and passes our own errors on', async () => {
    const docs = mongo.collection<Doc>('docs');
    const own = new AppError('resource.stale', 'changed');

    const refused = mongoErrors(() => docs.updateOne({ _id: 'a' }, { $nonsense: { n: 1 } }));

    await expect(refused).rejects.toMatchObject({ code: 'internal' });
    await expect(mongoErrors(() => Promise.reject(own))).rejects.toBe(own);
  });

  it('calls a server that hangs up unavailable', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const url = `mongodb://127.0.0.1:${String(port)}/?serverSelectionTimeoutMS=500&directConnection=true`;
    const gone = createMongo({ url, database, log });

    expect(await gone.ping()).toBe(false);
    await expect(
      mongoErrors(() => gone.collection<Doc>('docs').findOne({ _id: 'a' })),
    ).rejects.toMatchObject({ code: 'upstream.unavailable' });
    await gone.stop();
    server.close();
  }, 30_000);
});
