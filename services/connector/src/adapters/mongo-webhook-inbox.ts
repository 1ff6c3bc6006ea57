import type { ShopScope } from '@tokometrics/erasure';
import { isAppError, mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { InboxNotice } from '../domain/accept-webhook.ts';
import { eraseScope } from './erase-scope.ts';
import type { GuardedWrite } from './guarded-write.ts';

export interface StoredNotice extends InboxNotice {
  readonly _id: string;
  readonly state: 'new' | 'done';
  readonly tries: number;
}

export function createMongoWebhookInbox(mongo: Mongo, guarded: GuardedWrite) {
  const inbox = mongo.collection<StoredNotice>('webhook_inbox');
  return {
    /** Resolves once the notice is durable; false when it was known and is done already. */
    accept: async (id: string, notice: InboxNotice): Promise<boolean> => {
      try {
        await guarded(
          notice,
          () => mongoErrors(() => inbox.insertOne({ _id: id, ...notice, state: 'new', tries: 0 })),
          () => mongoErrors(() => inbox.deleteOne({ _id: id })),
        );
        return true;
      } catch (error) {
        if (!isAppError(error, 'resource.conflict')) {
          throw error;
        }
        const known = await mongoErrors(() => inbox.findOne({ _id: id }));
        return known?.state === 'new';
      }
    },
    pending: (scope: ShopScope, limit: number): Promise<StoredNotice[]> =>
      mongoErrors(() =>
        inbox
          .find({ shopKey: scope.shopKey, epoch: scope.epoch, state: 'new' })
          .limit(limit)
          .toArray(),
      ),
    /** Of one type, however many of others are before it. */
    pendingOfType: (scope: ShopScope, type: number): Promise<StoredNotice[]> =>
      mongoErrors(() =>
        inbox.find({ shopKey: scope.shopKey, epoch: scope.epoch, state: 'new', type }).toArray(),
      ),
    settle: async (ids: readonly string[]): Promise<void> => {
      await mongoErrors(() =>
        inbox.updateMany({ _id: { $in: [...ids] } }, { $set: { state: 'done' } }),
      );
    },
    removeBefore: async (instant: Date): Promise<void> => {
      await mongoErrors(() => inbox.deleteMany({ receivedAt: { $lt: instant } }));
    },
    erase: (shopKey: string, throughEpoch: number) =>
      eraseScope((filter) => inbox.deleteMany(filter), shopKey, throughEpoch),
  };
}
