import { mongoErrors } from '@tokometrics/kit';
import type { Mongo } from '@tokometrics/kit';
import { mongo as driver } from 'mongoose';
import type { ArchivedEvent } from '../domain/archived-event.ts';

export interface Archive {
  /** Insert-only: an event that is there already keeps its first bytes. Answers the ids of those. */
  store(events: readonly ArchivedEvent[]): Promise<ReadonlySet<string>>;
  erase(shopKey: string, throughEpoch: number): Promise<{ found: number; removed: number }>;
}

const DUPLICATE = 11_000;

/** Places of those that were there already, where that is all that failed; else undefined. */
function placesOfDuplicates(error: unknown): number[] | undefined {
  if (!(error instanceof driver.MongoBulkWriteError)) {
    return undefined;
  }
  const refused = [error.writeErrors].flat();
  const isHarmless = refused.length > 0 && refused.every(({ code }) => code === DUPLICATE);
  return isHarmless ? refused.map(({ index }) => index) : undefined;
}

export function createMongoArchive(mongo: Mongo): Archive {
  const events = mongo.collection<{ _id: string; shopKey: string; epoch: number }>('raw_events');
  return {
    async store(batch) {
      if (batch.length === 0) {
        return new Set();
      }
      const rows = batch.map(({ id, ver, ...event }) => ({
        _id: id,
        ver: driver.Long.fromString(ver),
        ...event,
      }));
      return mongoErrors(async () => {
        try {
          await events.insertMany(rows, { ordered: false });
          return new Set();
        } catch (error) {
          const places = placesOfDuplicates(error);
          if (places === undefined) {
            throw error;
          }
          return new Set(places.flatMap((place) => batch[place]?.id ?? []));
        }
      });
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
  const found = await mongoErrors(() => collection.countDocuments(scope));
  let removed = 0;
  for (;;) {
    const { deletedCount } = await mongoErrors(() => collection.deleteMany(scope));
    removed += deletedCount;
    if (deletedCount === 0) {
      return { found: Math.max(found, removed), removed };
    }
  }
}
