import type { SealedWire } from '@tokometrics/contracts';
import type { ShopScope } from '@tokometrics/erasure';
import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { Connection } from '../domain/connection.ts';
import { eraseScope } from './erase-scope.ts';
import type { GuardedWrite } from './guarded-write.ts';

export interface StoredConnection extends Connection {
  readonly _id: string;
  /** TikTok's ids of the shop, sealed under the shop's key. */
  readonly identity: SealedWire;
  /** Lifecycle state announced last; another one than the present is announced again at start. */
  readonly announced: string | null;
  /** When the grant's shops were last held against TikTok's own list. */
  readonly reconciledAt: Date;
  /** `asked`: an instance is about to end the grant at TikTok Shop, or died at it. */
  readonly grantEnd?: 'asked' | 'ended' | 'unconfirmed';
}

type Change = Partial<Omit<StoredConnection, '_id' | 'shopKey' | 'epoch'>>;

export function createMongoConnections(mongo: Mongo, guarded: GuardedWrite) {
  const connections = mongo.collection<StoredConnection>('connections');

  return {
    insert: async (connection: Omit<StoredConnection, '_id'>): Promise<void> => {
      const _id = idOf(connection);
      await guarded(
        connection,
        () => mongoErrors(() => connections.insertOne({ _id, ...connection })),
        () => mongoErrors(() => connections.deleteOne({ _id })),
      );
    },
    find: async (scope: ShopScope): Promise<StoredConnection | undefined> =>
      (await mongoErrors(() => connections.findOne({ _id: idOf(scope) }))) ?? undefined,
    /** Newest epoch first; the collection is small, one document per connection. */
    ofShop: (shopKey: string): Promise<StoredConnection[]> =>
      mongoErrors(() => connections.find({ shopKey }).sort({ epoch: -1 }).toArray()),
    ofMerchant: (merchantId: string): Promise<StoredConnection[]> =>
      mongoErrors(() => connections.find({ merchantId }).toArray()),
    ofAuthorization: (authKey: string): Promise<StoredConnection[]> =>
      mongoErrors(() => connections.find({ authKey }).toArray()),
    ofShopHash: (shopHash: string): Promise<StoredConnection[]> =>
      mongoErrors(() => connections.find({ shopHash }).toArray()),
    /** Other merchants who have the same shop open. */
    otherReaders: async ({ shopHash, merchantId }: Connection): Promise<StoredConnection[]> =>
      (await mongoErrors(() => connections.find({ shopHash, state: 'open' }).toArray())).filter(
        (other) => other.merchantId !== merchantId,
      ),
    all: (): Promise<StoredConnection[]> => mongoErrors(() => connections.find({}).toArray()),
    /** Only while it is there: an update never brings an erased connection back. */
    change: async (scope: ShopScope, change: Change): Promise<boolean> => {
      const result = await mongoErrors(() =>
        connections.updateOne({ _id: idOf(scope) }, { $set: change }),
      );
      return result.matchedCount > 0;
    },
    /** Whether it was this call that did it: several streams are refused at once. */
    markReauth: async (scope: ShopScope): Promise<boolean> => {
      const result = await mongoErrors(() =>
        connections.updateOne(
          { _id: idOf(scope), state: 'open', status: 'active' },
          { $set: { status: 'reauth_required' } },
        ),
      );
      return result.modifiedCount > 0;
    },
    markDeauthorized: async (scope: ShopScope): Promise<boolean> => {
      const result = await mongoErrors(() =>
        connections.updateOne(
          { _id: idOf(scope), state: 'open', status: { $ne: 'deauthorized' } },
          { $set: { status: 'deauthorized' } },
        ),
      );
      return result.modifiedCount > 0;
    },
    /** Whether it was this call: a grant is ended by one instance and once. */
    claimGrantEnd: async (scope: ShopScope): Promise<boolean> => {
      const result = await mongoErrors(() =>
        connections.updateOne(
          { _id: idOf(scope), state: 'open', grantEnd: { $exists: false } },
          { $set: { grantEnd: 'asked' } },
        ),
      );
      return result.modifiedCount > 0;
    },
    /** Open, and without work until a new grant comes. */
    waiting: (): Promise<StoredConnection[]> =>
      mongoErrors(() => connections.find({ state: 'open', status: 'reauth_required' }).toArray()),
    /** Authorizations with a shop that were not compared since. */
    dueForReconcile: async (instant: Date): Promise<string[]> => {
      const due = await mongoErrors(() => connections.find(uncompared(instant)).toArray());
      return [...new Set(due.map(({ authKey }) => authKey))];
    },
    /** Whether it was this call that moved the instant: of several instances one compares. */
    claimReconcile: async (authKey: string, before: Date, reconciledAt: Date): Promise<boolean> => {
      const result = await mongoErrors(() =>
        connections.updateMany({ authKey, ...uncompared(before) }, { $set: { reconciledAt } }),
      );
      return result.modifiedCount > 0;
    },
    setReconciled: async (authKey: string, reconciledAt: Date): Promise<void> => {
      await mongoErrors(() => connections.updateMany({ authKey }, { $set: { reconciledAt } }));
    },
    erase: (shopKey: string, throughEpoch: number) =>
      eraseScope((filter) => connections.deleteMany(filter), shopKey, throughEpoch),
  };
}

function uncompared(before: Date) {
  const open = { state: 'open' as const, status: { $ne: 'deauthorized' as const } };
  // Also a document from before this field was.
  return { ...open, reconciledAt: { $not: { $gt: before } } };
}

function idOf({ shopKey, epoch }: ShopScope): string {
  return `${shopKey}:${epoch}`;
}
