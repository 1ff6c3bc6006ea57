import { createHash } from 'node:crypto';
import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { ConnectAttempt, ConnectOutcome } from '../domain/connect-shop.ts';

/** Under the hash of the state: whoever reads the store cannot finish somebody's connection. */
type Stored = ConnectAttempt & ConnectOutcome & { readonly _id: string };
const hashOf = (rawState: string): string => createHash('sha256').update(rawState).digest('hex');

export function createMongoOauthStates(mongo: Mongo) {
  const states = mongo.collection<Stored>('oauth_states');
  return {
    insert: async (rawState: string, attempt: ConnectAttempt): Promise<void> => {
      await mongoErrors(() =>
        states.insertOne({
          _id: hashOf(rawState),
          ...attempt,
          state: 'pending',
          shops: [],
          missing: [],
          reason: null,
        }),
      );
    },
    /** Once, in time, from the session that began: of two redirects with one state one gets it. */
    consume: async (
      rawState: string,
      sessionId: string,
      now: Date,
    ): Promise<ConnectAttempt | undefined> =>
      (await mongoErrors(() =>
        states.findOneAndUpdate(
          { _id: hashOf(rawState), state: 'pending', sessionId, expiresAt: { $gt: now } },
          { $set: { state: 'exchanging' } },
        ),
      )) ?? undefined,
    finish: async (connectId: string, outcome: ConnectOutcome): Promise<void> => {
      await mongoErrors(() => states.updateOne({ connectId }, { $set: { ...outcome } }));
    },
    find: async (
      connectId: string,
      merchantId: string,
    ): Promise<(ConnectAttempt & ConnectOutcome) | undefined> =>
      (await mongoErrors(() => states.findOne({ connectId, merchantId }))) ?? undefined,
    /** Exchanges that a crash cut off: their tokens may be stored without any connection. */
    unfinishedBefore: (instant: Date): Promise<ConnectAttempt[]> =>
      mongoErrors(() =>
        states.find({ state: 'exchanging', expiresAt: { $lt: instant } }).toArray(),
      ),
    removeExpiredBefore: async (instant: Date): Promise<void> => {
      await mongoErrors(() =>
        states.deleteMany({ expiresAt: { $lt: instant }, state: { $ne: 'exchanging' } }),
      );
    },
  };
}
