import { afterEach, describe, expect, it } from '@jest/globals';
import { mongo } from 'mongoose';
import { startFakeMongod } from './fake-mongod.test-support.ts';
import type { WriteReply } from './fake-mongod.test-support.ts';
import { mongoErrors } from './mongo.ts';

const DUPLICATE = { index: 0, code: 11_000, errmsg: 'E11000 duplicate key' };
const UNCONFIRMED = { code: 64, errmsg: 'waiting for replication timed out' };
const written = (change: object = {}): WriteReply => ({ ok: 1, n: 1, ...change });

describe('a write in bulk', () => {
  const open: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0)) {
      await close();
    }
  });

  async function faultOf(reply: WriteReply, isGone = false): Promise<unknown> {
    const server = await startFakeMongod(() => reply);
    const client = new mongo.MongoClient(server.url, { serverSelectionTimeoutMS: 500 });
    open.push(() => client.close(), server.stop);
    await client.connect();
    if (isGone) {
      server.stop();
    }
    const docs = client.db('t').collection<{ _id: number }>('docs');
    const rows = [{ _id: 1 }, { _id: 2 }];
    return mongoErrors(() => docs.insertMany(rows, { ordered: false })).then(
      () => 'written',
      (error: unknown) => error,
    );
  }

  it.each([
    ['is not confirmed', written({ n: 2, writeConcernError: UNCONFIRMED })],
    [
      'is not confirmed, duplicates beside',
      written({ writeErrors: [DUPLICATE], writeConcernError: UNCONFIRMED }),
    ],
    [
      'has a row that met an election, behind a duplicate',
      written({ writeErrors: [DUPLICATE, { index: 1, code: 10_107, errmsg: 'not primary' }] }),
    ],
    ['meets an election', { ok: 0, code: 10_107, errmsg: 'not primary' }],
    ['is not answered', undefined],
  ])('that %s is a fault that passes', async (_what, reply) => {
    expect(await faultOf(reply)).toMatchObject({ code: 'upstream.unavailable' });
  });

  it('whose server is gone is a fault that passes', async () => {
    expect(await faultOf(written(), true)).toMatchObject({ code: 'upstream.unavailable' });
  });

  it.each([
    ['that has a duplicate is a conflict', [DUPLICATE], 'resource.conflict'],
    [
      'that has a row which a rule refuses is the fault of the row',
      [{ index: 1, code: 121, errmsg: 'Document failed validation' }],
      'internal',
    ],
  ])('%s', async (_what, writeErrors, code) => {
    expect(await faultOf(written({ writeErrors }))).toMatchObject({ code });
  });

  it('that the server takes is written', async () => {
    expect(await faultOf(written({ n: 2 }))).toBe('written');
  });
});
