import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { hashToken } from './random-token.ts';

interface Stored {
  _id: string;
  accountId: string;
  expiresAt: Date;
}

const TRUSTED_MS = 90 * 86_400_000;

/** Browsers that have signed in before: they bypass an account's delay, so that nobody locks its owner out. */
export function createMongoDevices(mongo: Mongo, now: () => Date) {
  const devices = mongo.collection<Stored>('trusted_devices');
  return {
    async isTrusted(rawToken: string, accountId: string): Promise<boolean> {
      const row = await mongoErrors(() => devices.findOne({ _id: hashToken(rawToken) }));
      return row !== null && row.accountId === accountId && row.expiresAt > now();
    },
    async trust(hash: string, accountId: string): Promise<void> {
      const expiresAt = new Date(now().getTime() + TRUSTED_MS);
      await mongoErrors(() => devices.insertOne({ _id: hash, accountId, expiresAt }));
    },
    async sweep(): Promise<void> {
      await mongoErrors(() => devices.deleteMany({ expiresAt: { $lt: now() } }));
    },
  };
}
