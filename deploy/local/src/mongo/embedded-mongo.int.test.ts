import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Binary, BSONRegExp, Decimal128, Long, MongoClient, ObjectId, UUID } from 'mongodb';
import type { Db, Document } from 'mongodb';
import type { Engines } from '../engines/start-engines.ts';
import { startTestEngines } from '../testing/test-engine.ts';

let engines: Engines;

beforeAll(async () => {
  engines = await startTestEngines('mongo');
}, 60_000);

afterAll(async () => {
  await engines.stop();
});

async function within<T>(work: (db: Db) => Promise<T>): Promise<T> {
  const client = new MongoClient(engines.env['MONGO_URL'] ?? '', {
    promoteLongs: false,
    bsonRegExp: true,
  });
  try {
    return await work(client.db('kept'));
  } finally {
    await client.close();
  }
}

/** What was in memory is gone: all that is read afterwards comes from the file. */
async function restart(): Promise<void> {
  await engines.engines.mongo?.restart();
}

const EVERY_TYPE: Document = {
  text: 'Größe 🛒 \u0000 end',
  empty: '',
  int: 42,
  long: Long.fromString('9007199254740993'),
  lowest: Long.MIN_VALUE,
  double: 0.1,
  money: Decimal128.fromString('-1234567890.123456'),
  yes: true,
  nothing: null,
  instant: new Date('2026-11-23T12:00:00.123Z'),
  early: new Date('1969-12-31T23:59:59.999Z'),
  bytes: new Binary(Buffer.from([0, 1, 2, 254, 255])),
  noBytes: new Binary(Buffer.alloc(0)),
  uuid: new UUID('0b5cb3a6-6c3f-4b67-9a0b-1d2e3f4a5b6c').toBinary(),
  reference: new ObjectId('6560c0ffee00000000000001'),
  pattern: new BSONRegExp('^a.c$', 'i'),
  list: [1, 'two', null, [3, [4]], { five: [] }],
  'dotted.name': { nested: { deeper: { $dollar: 1 } } },
};

const IDS = [
  'text',
  '',
  'Größe 🛒',
  7,
  7.5,
  Long.fromString('9007199254740993'),
  new ObjectId('6560c0ffee00000000000002'),
  new Date('2026-11-23T12:00:00Z'),
  new UUID('0b5cb3a6-6c3f-4b67-9a0b-1d2e3f4a5b6d').toBinary(),
  { shop: 'a', epoch: 1 },
];

describe('the embedded MongoDB after a restart', () => {
  it('has every type of value as it was written', async () => {
    const write = EVERY_TYPE;
    const before = await within(async (db) => {
      await db.collection('values').insertOne({ _id: 'all' as never, ...write });
      return db.collection('values').findOne();
    });
    await restart();

    const after = await within((db) => db.collection('values').findOne());

    expect(after).toEqual({ _id: 'all', ...write });
    expect(after).toEqual(before);
  });

  it('finds a document by an id of any type, and takes none twice', async () => {
    await within((db) =>
      db.collection('ids').insertMany(IDS.map((_id, n) => ({ _id: _id as never, n }))),
    );
    await restart();

    for (const _id of IDS) {
      const found = await within((db) =>
        db
          .collection('ids')
          .find({ _id: _id as never })
          .toArray(),
      );
      const again = within((db) => db.collection('ids').insertOne({ _id: _id as never }));

      expect(found).toEqual([{ _id, n: expect.anything() }]);
      await expect(again).rejects.toMatchObject({ code: 11_000 });
    }
  });

  it('keeps a unique index of its own, whatever is missing', async () => {
    await within(async (db) => {
      await db.collection('accounts').createIndex({ emailKey: 1 }, { unique: true }, {});
      await db.collection('accounts').insertMany([{ emailKey: 'a' }, { emailKey: null }]);
    });
    await restart();

    await within(async (db) => {
      const accounts = db.collection('accounts');
      await expect(accounts.insertOne({ emailKey: 'a' })).rejects.toMatchObject({ code: 11_000 });
      await expect(accounts.insertOne({ emailKey: null })).rejects.toMatchObject({ code: 11_000 });
      await accounts.updateOne({ emailKey: 'a' }, { $set: { emailKey: 'b' } });
      await accounts.insertOne({ emailKey: 'a' });
      await accounts.deleteOne({ emailKey: 'b' });
      await accounts.insertOne({ emailKey: 'b' });
      expect(await accounts.countDocuments()).toBe(3);
    });
  });

  it('has thousands of texts as ids, each found, and ranges of them whole', async () => {
    const ids = Array.from({ length: 4_000 }, (_, n) => ((n * 2_654_435_761) >>> 0).toString(16));
    await within((db) =>
      db
        .collection('many')
        .insertMany(ids.map((_id, n) => ({ _id: _id as never, n, text: 'x'.repeat(n % 700) }))),
    );
    await restart();

    const [some, range] = await within(async (db) => [
      await db
        .collection('many')
        .find({ _id: { $in: ids.slice(0, 900) as never[] } })
        .toArray(),
      await db
        .collection('many')
        .find({ _id: { $gte: '4', $lt: '8' } as never })
        .toArray(),
    ]);

    expect(new Set(some.map(({ _id }) => String(_id)))).toEqual(new Set(ids.slice(0, 900)));
    expect(range.map(({ _id }) => String(_id)).sort()).toEqual(
      ids.filter((id) => id >= '4' && id < '8').sort(),
    );
  });
});
