import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';

/** A wrapped data key of a scope's key that nobody uses: once the key is gone it cannot be opened. */
export interface Canary {
  readonly kid: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly wrapped: string;
  readonly subjectRef: string;
  readonly takenAt: string;
}

type CanaryDocument = Canary & { readonly _id: string };

export function createMongoCanaries(mongo: Pick<Mongo, 'collection'>) {
  const canaries = mongo.collection<CanaryDocument>('canaries');
  return {
    find: async (kid: string): Promise<Canary | undefined> =>
      (await mongoErrors(() => canaries.findOne({ _id: kid }))) ?? undefined,
    /** The first one stays. */
    keep: async (canary: Canary): Promise<void> => {
      await mongoErrors(() =>
        canaries.updateOne({ _id: canary.kid }, { $setOnInsert: { ...canary } }, { upsert: true }),
      );
    },
    ofShop: async (shopKey: string, throughEpoch: number): Promise<Canary[]> =>
      mongoErrors(() => canaries.find({ shopKey, epoch: { $lte: throughEpoch } }).toArray()),
  };
}
