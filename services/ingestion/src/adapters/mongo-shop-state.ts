import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import type { Rebuilding, RebuildState } from '../domain/rebuild.ts';
import { eraseScope } from './mongo-archive.ts';

/** Content revision and zone of a connection: a rebuild raises `rev`, so that it wins over what it replaces. */
export interface ShopState {
  readonly shopKey: string;
  readonly epoch: number;
  readonly zone: string;
  readonly rev: number;
  readonly rebuilding?: Rebuilding;
}

export interface ShopStates {
  find(shopKey: string, epoch: number): Promise<ShopState | undefined>;
  /** Content revisions as they stand now, by `shopKey:epoch`; absent where nothing is known. */
  revs(scopes: readonly Scope[]): Promise<ReadonlyMap<string, number>>;
  /** Changes revision and rebuild where they are as they were found; a state that is gone stays so. */
  replace(scope: Scope, found: RebuildState, next: RebuildState): Promise<boolean>;
  /** The first zone seen for an epoch stays: closed days keep the zone they were cut by. */
  open(state: ShopState): Promise<ShopState>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
}

type Scope = Pick<ShopState, 'shopKey' | 'epoch'>;

const idOf = ({ shopKey, epoch }: Scope): string => `${shopKey}:${String(epoch)}`;

export function createMongoShopStates(mongo: Mongo): ShopStates {
  const states = mongo.collection<ShopState & { _id: string }>('shop_state');
  return {
    async find(shopKey, epoch) {
      const _id = idOf({ shopKey, epoch });
      return (await mongoErrors(() => states.findOne({ _id }))) ?? undefined;
    },
    async revs(scopes) {
      const ids = scopes.map((scope) => idOf(scope));
      const found = await mongoErrors(() => states.find({ _id: { $in: ids } }).toArray());
      return new Map(found.map(({ _id, rev }) => [_id, rev]));
    },
    async replace(scope, found, next) {
      const { rebuilding } = found;
      const asFound =
        rebuilding === undefined
          ? { rebuilding: { $exists: false } }
          : {
              'rebuilding.owner': rebuilding.owner,
              'rebuilding.heldUntil': rebuilding.heldUntil,
            };
      const change =
        next.rebuilding === undefined
          ? { $set: { rev: next.rev }, $unset: { rebuilding: '' as const } }
          : { $set: { rev: next.rev, rebuilding: next.rebuilding } };
      const { matchedCount } = await mongoErrors(() =>
        states.updateOne({ _id: idOf(scope), rev: found.rev, ...asFound }, change),
      );
      return matchedCount === 1;
    },
    async open(state) {
      const _id = idOf(state);
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
