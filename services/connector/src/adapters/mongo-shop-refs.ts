import { isAppError, mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';

/**
 * What outlives an erasure, so that a shop connected again takes up its key with a higher epoch:
 * a keyed hash that nobody without Vault can compute, ULIDs and a number. It names no shop.
 */
export interface ShopRef {
  readonly _id: string;
  readonly shopKey: string;
  readonly lastEpoch: number;
  readonly merchantId: string;
  readonly authKey: string;
}

export function createMongoShopRefs(mongo: Mongo) {
  const refs = mongo.collection<ShopRef>('shop_refs');
  return {
    find: async (hash: string): Promise<ShopRef | undefined> =>
      (await mongoErrors(() => refs.findOne({ _id: hash }))) ?? undefined,
    ofShop: async (shopKey: string): Promise<ShopRef | undefined> =>
      (await mongoErrors(() => refs.findOne({ shopKey }))) ?? undefined,
    /** False: somebody else opened this very shop in between. */
    create: async (ref: ShopRef): Promise<boolean> => {
      try {
        await mongoErrors(() => refs.insertOne(ref));
        return true;
      } catch (error) {
        if (isAppError(error, 'resource.conflict')) {
          return false;
        }
        throw error;
      }
    },
    /** Compare-and-set on the epoch; false when it has moved. */
    advance: async (
      ref: Pick<ShopRef, '_id' | 'lastEpoch'>,
      next: { epoch: number; authKey: string },
    ): Promise<boolean> => {
      const result = await mongoErrors(() =>
        refs.updateOne(
          { _id: ref._id, lastEpoch: ref.lastEpoch },
          { $set: { lastEpoch: next.epoch, authKey: next.authKey } },
        ),
      );
      return result.matchedCount > 0;
    },
    setAuthorization: async (shopKey: string, authKey: string): Promise<void> => {
      await mongoErrors(() => refs.updateOne({ shopKey }, { $set: { authKey } }));
    },
  };
}
