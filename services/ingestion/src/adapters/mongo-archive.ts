import type { Resource } from '@tokometrics/contracts';
import type { Mongo } from '@tokometrics/kit';
import { mongo as driver } from 'mongoose';

/** One snapshot as archived: routing fields in clear, the body as the connector sealed it. */
export interface ArchivedEvent {
  readonly id: string;
  readonly shopKey: string;
  readonly epoch: number;
  readonly entity: Resource;
  readonly entityId: string;
  readonly ver: string;
  readonly contentHash: string;
  readonly origin: string;
  readonly schemaVer: number;
  readonly ceType: string;
  readonly occurredAt: Date;
  readonly fetchedAt: Date;
  readonly expireAt: Date;
  readonly localDate: string;
  /** The CloudEvent's sealed data, exactly as received. */
  readonly sealed: Buffer;
}

export interface Archive {
  /** Insert-only: an event that is already there keeps its first bytes. Answers how many were new. */
  store(events: readonly ArchivedEvent[]): Promise<number>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
}

const DUPLICATE = 11_000;

function isDuplicateOnly(error: unknown): error is { insertedCount?: number } {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === DUPLICATE;
}

export function createMongoArchive(mongo: Mongo): Archive {
  const events = mongo.collection<{ _id: string; shopKey: string; epoch: number }>('raw_events');
  return {
    async store(batch) {
      if (batch.length === 0) {
        return 0;
      }
      try {
        const rows = batch.map(({ id, ver, ...event }) => ({
          _id: id,
          ver: driver.Long.fromString(ver),
          ...event,
        }));
        const result = await events.insertMany(rows, { ordered: false });
        return result.insertedCount;
      } catch (error) {
        if (isDuplicateOnly(error)) {
          return Number(Reflect.get(error, 'insertedCount') ?? 0);
        }
        throw error;
      }
    },
    erase: (shopKey, throughEpoch) => eraseScope(events, shopKey, throughEpoch),
  };
}

interface Deletable {
  countDocuments(filter: object): Promise<number>;
  deleteMany(filter: object): Promise<{ deletedCount: number }>;
}

/** Deletes until a pass removes nothing; a crash in between is healed by the next command. */
export async function eraseScope(
  collection: Deletable,
  shopKey: string,
  throughEpoch: number,
): Promise<{ found: number; removed: number }> {
  const scope = { shopKey, epoch: { $lte: throughEpoch } };
  const found = await collection.countDocuments(scope);
  let removed = 0;
  for (;;) {
    const { deletedCount } = await collection.deleteMany(scope);
    removed += deletedCount;
    if (deletedCount === 0) {
      return { found: Math.max(found, removed), removed };
    }
  }
}
