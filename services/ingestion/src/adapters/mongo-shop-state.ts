import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { eraseScope } from './mongo-archive.ts';

/** Content revision and zone of a connection: a rebuild raises `rev`, so that it wins over what it replaces. */
export interface ShopState {
  readonly shopKey: string;
  readonly epoch: number;
  readonly zone: string;
  readonly rev: number;
}

export interface ShopStates {
  /** The first zone seen for an epoch stays: closed days keep the zone they were cut by. */
  open(state: ShopState): Promise<ShopState>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
}

export function createMongoShopStates(mongo: Mongo): ShopStates {
  const states = mongo.collection<ShopState & { _id: string }>('shop_state');
  return {
    async open(state) {
      const _id = `${state.shopKey}:${String(state.epoch)}`;
      const found = await mongoErrors(() =>
        states.findOneAndUpdate(
          { _id },
          { $setOnInsert: { ...state } },
          { upsert: true, returnDocument: 'after' },
        ),
      );
      return found ?? state;
    },
    erase: (shopKey, throughEpoch) => eraseScope(states, shopKey, throughEpoch),
  };
}
