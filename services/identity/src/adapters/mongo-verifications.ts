import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';

interface Stored {
  _id: string;
  accountId: string;
  expiresAt: Date;
}

/** Address checks under way, by hash of the mailed token. Used once, by an atomic delete. */
export function createMongoVerifications(mongo: Mongo, now: () => Date) {
  const rows = mongo.collection<Stored>('verifications');
  return {
    async save(hash: string, accountId: string, expiresAt: Date): Promise<void> {
      await mongoErrors(() => rows.insertOne({ _id: hash, accountId, expiresAt }));
    },
    async consume(hash: string): Promise<string | undefined> {
      const row = await mongoErrors(() => rows.findOneAndDelete({ _id: hash }));
      return row !== null && row.expiresAt > now() ? row.accountId : undefined;
    },
    async sweep(): Promise<void> {
      await mongoErrors(() => rows.deleteMany({ expiresAt: { $lt: now() } }));
    },
  };
}
