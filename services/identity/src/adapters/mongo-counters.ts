import { AppError, mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { FRESH_COUNTER, takeTry } from '../domain/throttle.ts';
import type { Counter } from '../domain/throttle.ts';

type Stored = Counter & { _id: string; attempts: number; expireAt: Date };

const PER_SOURCE_AND_MINUTE = 30;
const KEPT_MS = 24 * 3_600_000;
const CONTENDED_ROUNDS = 40;

/** Counters live in the store, not in a process: replicas share them and a restart forgets nothing. */
export function createMongoCounters(mongo: Mongo, now: () => Date) {
  const counters = mongo.collection<Stored>('login_counters');
  const expireAt = (): Date => new Date(now().getTime() + KEPT_MS);

  /** Two atomic steps before any hash: every arrival is counted, then one try is taken or refused. */
  async function take(key: string): Promise<void> {
    await mongoErrors(() =>
      counters.updateOne(
        { _id: key },
        { $inc: { attempts: 1 }, $setOnInsert: { ...FRESH_COUNTER, expireAt: expireAt() } },
        { upsert: true },
      ),
    );
    for (let round = 0; round < CONTENDED_ROUNDS; round += 1) {
      const current = await mongoErrors(() => counters.findOne({ _id: key }));
      const verdict = takeTry(current ?? FRESH_COUNTER, now());
      if (!verdict.taken) {
        throw limited(verdict.retryAfterSeconds);
      }
      const won = await mongoErrors(() =>
        counters.updateOne(
          {
            _id: key,
            granted: current?.granted ?? 0,
            lastTakenAt: current?.lastTakenAt ?? new Date(0),
          },
          { $set: { ...verdict.next, expireAt: expireAt() } },
        ),
      );
      if (won.modifiedCount === 1) {
        return;
      }
    }
    throw limited(1);
  }

  async function countSource(source: string): Promise<void> {
    const minute = Math.floor(now().getTime() / 60_000);
    const row = await mongoErrors(() =>
      counters.findOneAndUpdate(
        { _id: `source:${source}:${String(minute)}` },
        { $inc: { attempts: 1 }, $setOnInsert: { ...FRESH_COUNTER, expireAt: expireAt() } },
        { upsert: true, returnDocument: 'after' },
      ),
    );
    if ((row?.attempts ?? 0) > PER_SOURCE_AND_MINUTE) {
      throw limited(60 - Math.floor((now().getTime() / 1000) % 60));
    }
  }

  return {
    async takeTry(key: string, source: string): Promise<void> {
      await countSource(source);
      await take(key);
    },
    async clear(key: string): Promise<void> {
      await mongoErrors(() => counters.deleteOne({ _id: key }));
    },
    async sweep(): Promise<void> {
      await mongoErrors(() => counters.deleteMany({ expireAt: { $lt: now() } }));
    },
  };
}

function limited(retryAfterSeconds: number): AppError {
  return new AppError('rate.limited', 'too many tries; wait and try again', {
    details: { retryAfterSeconds: Math.max(1, retryAfterSeconds) },
  });
}
