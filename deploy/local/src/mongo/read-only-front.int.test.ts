import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Db } from 'mongodb';
import type { Engines } from '../engines/start-engines.ts';
import { startTestEngines } from '../testing/test-engine.ts';

let engines: Engines;
let writer: MongoClient;
let reader: MongoClient;
let db: Db;

beforeAll(async () => {
  engines = await startTestEngines('mongo');
  writer = new MongoClient(engines.env['MONGO_URL'] ?? '');
  reader = new MongoClient(engines.env['MONGO_READONLY_URL'] ?? '');
  db = reader.db('shop');
  await writer
    .db('shop')
    .collection('rows')
    .insertMany(Array.from({ length: 500 }, (_, n) => ({ n, text: 'x'.repeat(2000) })));
}, 60_000);

afterAll(async () => {
  await reader.close();
  await writer.close();
  await engines.stop();
});

describe('the read-only front', () => {
  it('passes reads, also long ones over many messages', async () => {
    const rows = db.collection('rows');

    expect(await rows.countDocuments({ n: { $gte: 100 } })).toBe(400);
    expect(await rows.find().batchSize(50).toArray()).toHaveLength(500);
    expect(await rows.distinct('n', { n: { $lt: 2 } })).toEqual([0, 1]);
    expect(
      await rows.aggregate([{ $match: { n: 3 } }, { $project: { _id: 0, n: 1 } }]).toArray(),
    ).toEqual([{ n: 3 }]);
    expect((await db.listCollections().toArray()).map(({ name }) => name)).toContain('rows');
    expect(await rows.indexes()).toHaveLength(1);
  });

  it.each([
    ['insertOne', () => db.collection<{ n: number }>('rows').insertOne({ n: 1 })],
    ['insertMany', () => db.collection<{ n: number }>('rows').insertMany([{ n: 1 }, { n: 2 }])],
    ['updateMany', () => db.collection('rows').updateMany({}, { $set: { n: 0 } })],
    ['deleteMany', () => db.collection('rows').deleteMany({})],
    ['findOneAndUpdate', () => db.collection('rows').findOneAndUpdate({}, { $set: { n: 0 } })],
    ['bulkWrite', () => db.collection('rows').bulkWrite([{ deleteMany: { filter: {} } }])],
    ['drop', () => db.collection('rows').drop()],
    ['dropDatabase', () => db.dropDatabase()],
    ['createIndex', () => db.collection('rows').createIndex({ n: 1 }, {}, {})],
    ['createCollection', () => db.createCollection('more')],
    [
      '$out',
      () =>
        db
          .collection('rows')
          .aggregate([{ $match: {} }, { $out: 'copy' }])
          .toArray(),
    ],
    [
      '$merge',
      () =>
        db
          .collection('rows')
          .aggregate([{ $merge: { into: 'copy' } }])
          .toArray(),
    ],
    ['command', () => db.command({ INSERT: 'rows', documents: [{ n: 1 }] })],
  ])('refuses %s and lets nothing through', async (_name, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ code: 13, codeName: 'Unauthorized' });

    const rows = writer.db('shop').collection('rows');
    expect([await rows.countDocuments(), await rows.countDocuments({ n: 499 })]).toEqual([500, 1]);
    expect((await writer.db('shop').listCollections().toArray()).map(({ name }) => name)).toEqual([
      'rows',
    ]);
  });

  it('goes on after a refusal on the same connection', async () => {
    await db
      .collection('rows')
      .deleteMany({})
      .catch(() => undefined);

    expect(await db.collection('rows').countDocuments()).toBe(500);
  });
});
