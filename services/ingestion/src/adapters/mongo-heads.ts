import type { Resource } from '@tokometrics/contracts';
import type { Mongo } from '@tokometrics/kit';
import { mongo as driver } from 'mongoose';
import { eraseScope } from './mongo-archive.ts';

/** Newest version seen of an entity; rebuildable from the archive. */
export interface Head {
  readonly shopKey: string;
  readonly epoch: number;
  readonly entity: Resource;
  readonly entityId: string;
  readonly ver: string;
  readonly updateTimeS: number;
  readonly contentHash: string;
  /** Bucket of the first sight; never recomputed. */
  readonly localDate: string;
  readonly expireAt: Date;
}

export interface Heads {
  read(ids: readonly string[]): Promise<Map<string, Head>>;
  write(heads: ReadonlyMap<string, Head>): Promise<void>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
}

export function headId(part: {
  shopKey: string;
  epoch: number;
  entity: string;
  entityId: string;
}): string {
  return `${part.shopKey}:${String(part.epoch)}:${part.entity}:${part.entityId}`;
}

// A source version exceeds 2^53: int64 in the store, decimal text in our code, never a JS number.
type StoredHead = Omit<Head, 'ver'> & { _id: string; ver: driver.Long };

/** Reads and writes by bare `_id` alone: the embedded server has no other index. */
export function createMongoHeads(mongo: Mongo): Heads {
  const heads = mongo.collection<StoredHead>('entity_heads');
  return {
    async read(ids) {
      const found = await heads.find({ _id: { $in: [...ids] } }, { promoteLongs: false }).toArray();
      return new Map(found.map(({ _id, ...head }) => [_id, { ...head, ver: head.ver.toString() }]));
    },
    async write(changed) {
      if (changed.size === 0) {
        return;
      }
      await heads.bulkWrite(
        [...changed].map(([_id, head]) => ({
          replaceOne: {
            filter: { _id },
            replacement: { ...head, ver: driver.Long.fromString(head.ver) },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },
    erase: (shopKey, throughEpoch) => eraseScope(heads, shopKey, throughEpoch),
  };
}
