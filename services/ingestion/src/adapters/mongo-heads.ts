import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { mongo as driver } from 'mongoose';
import { joinHeads } from '../domain/head-rules.ts';
import type { Head } from '../domain/head-rules.ts';
import { createScopeIndexes, eraseScope, removeExpired } from './mongo-archive.ts';

export interface Heads {
  read(ids: readonly string[]): Promise<Map<string, Head>>;
  write(heads: ReadonlyMap<string, Head>): Promise<void>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
  removeExpired(now: Date, signal: AbortSignal): Promise<number>;
  prepare(): Promise<void>;
}

// A source version exceeds 2^53: int64 in the store, decimal text in our code, never a JS number.
type StoredHead = Omit<Head, 'ver'> & { _id: string; ver: driver.Long };

/** What the history's reader has written; the other one keeps the bare id. */
const twinOf = (id: string): string => `${id}:bf`;

/**
 * Reads and writes by bare `_id` alone: the embedded server looks through all for anything beside it,
 * so "only if it is newer" cannot be asked of it. Each reader has a document of its own instead.
 */
export function createMongoHeads(mongo: Mongo): Heads {
  const heads = mongo.collection<StoredHead>('entity_heads');
  return {
    async read(ids) {
      const both = ids.flatMap((id) => [id, twinOf(id)]);
      const found = await mongoErrors(() =>
        heads.find({ _id: { $in: both } }, { promoteLongs: false }).toArray(),
      );
      const stored = new Map(
        found.map(({ _id, ...head }) => [_id, { ...head, ver: head.ver.toString() }]),
      );
      return new Map(
        ids.flatMap((id) => {
          const head = joinHeads([id, twinOf(id)].flatMap((one) => stored.get(one) ?? []));
          return head === undefined ? [] : [[id, head]];
        }),
      );
    },
    async write(changed) {
      if (changed.size === 0) {
        return;
      }
      await mongoErrors(() =>
        heads.bulkWrite(
          [...changed].map(([id, head]) => ({
            replaceOne: {
              filter: { _id: head.writtenOn === 'backfill' ? twinOf(id) : id },
              replacement: { ...head, ver: driver.Long.fromString(head.ver) },
              upsert: true,
            },
          })),
          { ordered: false },
        ),
      );
    },
    erase: (shopKey, throughEpoch) => eraseScope(heads, shopKey, throughEpoch),
    removeExpired: (now, signal) => removeExpired(heads, now, signal),
    prepare: () => createScopeIndexes(heads),
  };
}
