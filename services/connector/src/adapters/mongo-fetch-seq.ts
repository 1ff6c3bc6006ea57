import type { ShopScope } from '@tokometrics/erasure';
import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { eraseScope } from './erase-scope.ts';
import type { GuardedWrite } from './guarded-write.ts';

interface SeqDocument {
  readonly _id: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly seq: number;
}

/** One number per request of a shop, taken before the request: the later reading bears the higher one. */
export function createMongoFetchSeq(mongo: Mongo, guarded: GuardedWrite) {
  const sequences = mongo.collection<SeqDocument>('fetch_seq');
  return {
    next: async ({ shopKey, epoch }: ShopScope): Promise<number> => {
      const _id = `${shopKey}:${epoch}`;
      const document = await guarded(
        { shopKey, epoch },
        () =>
          mongoErrors(() =>
            sequences.findOneAndUpdate(
              { _id },
              { $inc: { seq: 1 }, $setOnInsert: { shopKey, epoch } },
              { upsert: true, returnDocument: 'after' },
            ),
          ),
        () => mongoErrors(() => sequences.deleteOne({ _id })),
      );
      return document?.seq ?? 0;
    },
    erase: (shopKey: string, throughEpoch: number) =>
      eraseScope((filter) => sequences.deleteMany(filter), shopKey, throughEpoch),
  };
}
