import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { mongo as driver } from 'mongoose';
import type { Head } from '../domain/head-rules.ts';
import { createScopeIndexes, eraseScope, isOnlyDuplicates, removeExpired } from './mongo-archive.ts';

export interface Heads {
  read(ids: readonly string[]): Promise<Map<string, Head>>;
  /** Never an older version over a newer one. */
  write(heads: ReadonlyMap<string, Head>): Promise<void>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
  removeExpired(now: Date, signal: AbortSignal): Promise<number>;
  prepare(): Promise<void>;
}

// A source version exceeds 2^53: int64 in the store, decimal text in our code, never a JS number.
type StoredHead = Omit<Head, 'ver'> & { _id: string; ver: driver.Long };

/** The embedded server holds each document that it finds against every id of the list. */
const IDS_AT_ONCE = 200;

/** Finds by `_id`: the embedded server has no other index. */
export function createMongoHeads(mongo: Mongo): Heads {
  const heads = mongo.collection<StoredHead>('entity_heads');
  return {
    async read(ids) {
      const parts: Promise<StoredHead[]>[] = [];
      for (let from = 0; from < ids.length; from += IDS_AT_ONCE) {
        const part = ids.slice(from, from + IDS_AT_ONCE);
        parts.push(heads.find({ _id: { $in: part } }, { promoteLongs: false }).toArray());
      }
      const found = (await mongoErrors(() => Promise.all(parts))).flat();
      return new Map(found.map(({ _id, ...head }) => [_id, { ...head, ver: head.ver.toString() }]));
    },
    async write(changed) {
      if (changed.size === 0) {
        return;
      }
      await mongoErrors(async () => {
        try {
          await heads.bulkWrite(
            [...changed].map(([_id, head]) => {
              const ver = driver.Long.fromString(head.ver);
              return {
                replaceOne: {
                  filter: { _id, ver: { $lte: ver } },
                  replacement: { ...head, ver },
                  upsert: true,
                },
              };
            }),
            { ordered: false },
          );
        } catch (error) {
          // A newer head is there: it is not found to be replaced, and refused to be there twice.
          if (!isOnlyDuplicates(error)) {
            throw error;
          }
        }
      });
    },
    erase: (shopKey, throughEpoch) => eraseScope(heads, shopKey, throughEpoch),
    removeExpired: (now, signal) => removeExpired(heads, now, signal),
    prepare: () => createScopeIndexes(heads),
  };
}
