import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MongoClient } from 'mongodb';
import type { Collection } from 'mongodb';
import type { Engines } from '../engines/start-engines.ts';
import { startTestEngines } from '../testing/test-engine.ts';

interface Row {
  _id: string;
  value: number;
  payload?: string;
}

/** Turns of writing that are acknowledged before the server is killed; each makes three documents. */
const EACH_ROUND = 12;

let engines: Engines;

beforeAll(async () => {
  engines = await startTestEngines('mongo');
}, 60_000);

afterAll(async () => {
  await engines.stop();
});

async function within<T>(work: (rows: Collection<Row>) => Promise<T>): Promise<T> {
  const client = new MongoClient(engines.env['MONGO_URL'] ?? '', {
    serverSelectionTimeoutMS: 5000,
  });
  try {
    return await work(client.db('durable').collection<Row>('rows'));
  } finally {
    await client.close();
  }
}

/** Writes of all four kinds, noted only after they were acknowledged, until the server is gone. */
async function writeUntilKilled(rows: Collection<Row>, prefix: string, onWritten: () => void) {
  const truth = new Map<string, number | undefined>();
  for (let n = 0; ; n += 1) {
    const id = `${prefix}-${String(n)}`;
    try {
      await rows.insertOne({ _id: id, value: 1, payload: 'x'.repeat(500) });
      truth.set(id, 1);
      await rows.updateOne({ _id: id }, { $inc: { value: 1 } });
      truth.set(id, 2);
      await rows.findOneAndUpdate({ _id: id }, { $set: { value: 3 } });
      truth.set(id, 3);
      if (n % 3 === 0) {
        await rows.deleteOne({ _id: id });
        truth.set(id, undefined);
      }
      await rows.bulkWrite([
        { updateOne: { filter: { _id: `${id}b` }, update: { $set: { value: 9 } }, upsert: true } },
        { updateOne: { filter: { _id: `${id}c` }, update: { $set: { value: 9 } }, upsert: true } },
      ]);
      truth.set(`${id}b`, 9).set(`${id}c`, 9);
      onWritten();
    } catch {
      return truth;
    }
  }
}

describe('the embedded MongoDB under SIGKILL', () => {
  it('loses no write that it acknowledged', async () => {
    const truth = new Map<string, number | undefined>();
    for (let round = 0; round < 3; round += 1) {
      let left = EACH_ROUND;
      let killed: Promise<unknown> | undefined;
      const onWritten = (): void => {
        left -= 1;
        if (left === 0) {
          // At any moment of the writes that follow.
          killed = delay(randomInt(100)).then(() => engines.engines.mongo?.kill('SIGKILL'));
        }
      };
      const written = within((rows) =>
        Promise.all(
          [0, 1, 2, 3].map((w) =>
            writeUntilKilled(rows, `${String(round)}-${String(w)}`, onWritten),
          ),
        ),
      );
      for (const part of await written) {
        part.forEach((value, id) => truth.set(id, value));
      }
      await killed;
      await engines.engines.mongo?.restart();
    }

    const found = await within(
      async (rows) => new Map((await rows.find().toArray()).map((row) => [row._id, row.value])),
    );

    const lost = [...truth].filter(([id, value]) => {
      const now = found.get(id);
      // The write that was under way when the server died may be there or not.
      return value === undefined ? now !== undefined : now === undefined ? false : now < value;
    });
    const vanished = [...truth].filter(
      ([id, value]) => value !== undefined && value !== 3 && !found.has(id),
    );
    expect(truth.size).toBeGreaterThanOrEqual(3 * 3 * EACH_ROUND);
    expect([lost, vanished]).toEqual([[], []]);
  }, 120_000);
});
