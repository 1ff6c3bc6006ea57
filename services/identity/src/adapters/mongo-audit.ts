import { createUlid, mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';

interface Stored {
  _id: string;
  accountId: string | null;
  kind: string;
  at: Date;
  expireAt: Date;
}

const KEPT_MS = 90 * 86_400_000;

/** The account's own security log: what happened and when, kept 90 days. */
export function createMongoAudit(mongo: Mongo, now: () => Date) {
  const entries = mongo.collection<Stored>('audit');
  return {
    async append(accountId: string | null, kind: string): Promise<void> {
      const at = now();
      const expireAt = new Date(at.getTime() + KEPT_MS);
      await mongoErrors(() =>
        entries.insertOne({ _id: createUlid(), accountId, kind, at, expireAt }),
      );
    },
    async sweep(): Promise<void> {
      await mongoErrors(() => entries.deleteMany({ expireAt: { $lt: now() } }));
    },
  };
}
