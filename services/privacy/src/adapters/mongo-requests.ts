import { AppError, isAppError, mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { SagaState } from '../domain/saga-state.ts';

export interface Versioned {
  readonly state: SagaState;
  readonly rev: number;
}

type RequestDocument = SagaState & {
  readonly _id: string;
  readonly rev: number;
  /** Scope, epoch and round: two askers of one erasure share one request. */
  readonly openKey: string;
};

export function createMongoRequests(mongo: Pick<Mongo, 'collection'>) {
  const requests = mongo.collection<RequestDocument>('requests');

  const find = async (filter: Record<string, unknown>): Promise<SagaState[]> => {
    const documents = await mongoErrors(() => requests.find(filter).toArray());
    return documents.map(({ _id, rev: _rev, openKey: _key, ...state }) => state);
  };

  return {
    /** Answers with the request that is already there, so that a repeated call opens nothing. */
    openOnce: async (state: SagaState, round = 0): Promise<SagaState> => {
      const openKey = `${state.shopKey}:${String(state.throughEpoch)}:${String(round)}`;
      const document = { _id: state.requestId, rev: 0, openKey, ...state };
      try {
        await mongoErrors(() => requests.insertOne(document));
        return state;
      } catch (error) {
        const known = isAppError(error, 'resource.conflict') ? await find({ openKey }) : [];
        if (known[0] === undefined) {
          throw error;
        }
        return known[0];
      }
    },
    load: async (requestId: string): Promise<Versioned> => {
      const document = await mongoErrors(() => requests.findOne({ _id: requestId }));
      if (document === null) {
        throw new AppError('resource.not_found', 'no such request');
      }
      const { _id, rev, openKey: _key, ...state } = document;
      return { state, rev };
    },
    /** False: another process was faster, and its state counts. */
    save: async (state: SagaState, rev: number): Promise<boolean> => {
      const result = await mongoErrors(() =>
        requests.updateOne({ _id: state.requestId, rev }, { $set: { ...state, rev: rev + 1 } }),
      );
      return result.matchedCount === 1;
    },
    listOpen: () => find({ phase: { $ne: 'DONE' } }),
    /** Newest first; a re-erasure that nobody asked for is not the merchant's request. */
    listOf: async (merchantId: string): Promise<SagaState[]> => {
      const own = await find({ merchantId });
      return own
        .filter(({ trigger }) => trigger !== 'tripwire')
        .sort((a, b) => b.receivedAt.localeCompare(a.receivedAt));
    },
    listDeauthorizations: (since: string) =>
      find({ trigger: 'deauthorization', receivedAt: { $gt: since } }),
    discardHeld: async (requestId: string): Promise<void> => {
      await mongoErrors(() => requests.deleteOne({ _id: requestId, phase: 'HELD' }));
    },
    listOfShop: (shopKey: string) => find({ shopKey }),
    listAll: () => find({}),
    ensureIndexes: async (): Promise<void> => {
      await mongoErrors(() => requests.createIndexes([{ key: { openKey: 1 }, unique: true }]));
    },
  };
}
export type MongoRequests = ReturnType<typeof createMongoRequests>;
