import { fence } from '@tokometrics/contracts';
import type { Fence } from '@tokometrics/contracts';
import { isAppError, mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';

interface FenceDocument extends Omit<Fence, 'v'> {
  readonly _id: string;
  /** The record that still has to reach the topic; written with the fence in one document. */
  readonly outbox: Fence | null;
}

export function createMongoFences(mongo: Pick<Mongo, 'collection'>) {
  const fences = mongo.collection<FenceDocument>('fences');

  const raise = async (record: Fence): Promise<void> => {
    const { v: _v, ...facts } = record;
    const result = await mongoErrors(() =>
      fences.updateOne(
        { _id: record.scope, erasedThroughEpoch: { $lt: record.erasedThroughEpoch } },
        { $set: { ...facts, outbox: record } },
      ),
    );
    if (result.matchedCount === 0) {
      // Either the first fence of this scope, or it is closed as far already: then nothing changes.
      await mongoErrors(() =>
        fences.insertOne({ _id: record.scope, ...facts, outbox: record }),
      ).catch((error: unknown) => {
        if (!isAppError(error, 'resource.conflict')) {
          throw error;
        }
      });
    }
  };

  return {
    /** The fence only ever grows; a lower or equal one changes nothing. */
    raise,
    find: async (scope: string): Promise<Fence | undefined> => {
      const document = await mongoErrors(() => fences.findOne({ _id: scope }));
      return document === null ? undefined : fence.parse({ v: 1, ...document });
    },
    unpublished: async (): Promise<Fence[]> => {
      const documents = await mongoErrors(() => fences.find({ outbox: { $ne: null } }).toArray());
      return documents.flatMap(({ outbox }) => (outbox === null ? [] : [fence.parse(outbox)]));
    },
    published: async (record: Fence): Promise<void> => {
      await mongoErrors(() =>
        fences.updateOne(
          { _id: record.scope, erasedThroughEpoch: record.erasedThroughEpoch },
          { $set: { outbox: null } },
        ),
      );
    },
    list: async (): Promise<Fence[]> => {
      const documents = await mongoErrors(() => fences.find({}).toArray());
      return documents.map((document) => fence.parse({ v: 1, ...document }));
    },
  };
}
